package dev.meltemi.proxy.tls;

import java.security.cert.CertificateException;

/// The peer isn't believed, or isn't the one that was wanted.
public final class PeerRefusedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    public PeerRefusedException(String reason) {
        super(reason);
    }
}
