package dev.meltemi.workload;

import java.util.Locale;
import java.util.regex.Pattern;

/// Where a CA listens, and by what it is known before any trust bundle has come.
///
/// @param fingerprint SHA-256 of the root certificate's DER form, lower-case hex
public record CaAddress(String host, int port, String fingerprint) {
    private static final Pattern HOST_AND_PORT = Pattern.compile("(.+):([0-9]{1,5})");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    /// @param hostAndPort `ca.example:15012`
    /// @param fingerprint as openssl or `meltemi ca init` prints it: colons and upper case don't matter
    /// @throws IllegalArgumentException naming what isn't right
    public static CaAddress of(String hostAndPort, String fingerprint) {
        var matcher = HOST_AND_PORT.matcher(hostAndPort);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("the CA's address \"" + hostAndPort + "\" isn't HOST:PORT");
        }
        var plain = fingerprint.replace(":", "").toLowerCase(Locale.ROOT);
        if (!SHA_256.matcher(plain).matches()) {
            throw new IllegalArgumentException("the CA's fingerprint \"" + fingerprint
                    + "\" isn't a SHA-256 in hex (64 digits); \"meltemi ca init\" printed it, and"
                    + " \"openssl x509 -noout -fingerprint -sha256 -in root.pem\" says it again");
        }
        return new CaAddress(matcher.group(1), Integer.parseInt(matcher.group(2)), plain);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
