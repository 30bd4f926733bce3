package dev.meltemi.proxy.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a caller speaks, by its first octets: as little as tells it.
public enum Spoken {
    /// A record that begins a handshake (RFC 8446, 5.1).
    TLS,
    /// The connection preface of RFC 9113, 3.4.
    HTTP_2,
    /// A method that is known, and a blank.
    HTTP_1,
    /// Nothing of that.
    OTHER,
    /// It takes more octets to tell.
    UNKNOWN_YET;

    /// Octets after which it is known in any case.
    public static final int MOST_OCTETS = 24;

    private static final int HANDSHAKE = 0x16;
    /// The major version of every record since SSL 3.0.
    private static final int MAJOR = 3;

    private static final byte[] PREFACE = octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    /// Those of Envoy's HTTP inspector: IANA's registry, and nothing that another protocol might begin with.
    private static final List<byte[]> METHODS = List.of(
            octets("GET "),
            octets("POST "),
            octets("PUT "),
            octets("HEAD "),
            octets("DELETE "),
            octets("OPTIONS "),
            octets("PATCH "),
            octets("CONNECT "),
            octets("TRACE "),
            octets("PROPFIND "),
            octets("PROPPATCH "),
            octets("MKCOL "),
            octets("MKACTIVITY "),
            octets("MKCALENDAR "),
            octets("MKREDIRECTREF "),
            octets("MKWORKSPACE "),
            octets("COPY "),
            octets("MOVE "),
            octets("LOCK "),
            octets("UNLOCK "),
            octets("LINK "),
            octets("UNLINK "),
            octets("MERGE "),
            octets("BIND "),
            octets("REBIND "),
            octets("UNBIND "),
            octets("ACL "),
            octets("BASELINE-CONTROL "),
            octets("CHECKIN "),
            octets("CHECKOUT "),
            octets("UNCHECKOUT "),
            octets("LABEL "),
            octets("ORDERPATCH "),
            octets("REPORT "),
            octets("SEARCH "),
            octets("UPDATE "),
            octets("UPDATEREDIRECTREF "),
            octets("VERSION-CONTROL "));

    /// Reads nothing: the octets are all still there for whoever comes next.
    public static Spoken of(ByteBuf octets) {
        int there = octets.readableBytes();
        if (there == 0) {
            return UNKNOWN_YET;
        }
        int at = octets.readerIndex();
        if (octets.getByte(at) == HANDSHAKE) {
            return there == 1 ? UNKNOWN_YET : octets.getByte(at + 1) == MAJOR ? TLS : OTHER;
        }
        return http(octets, at, there);
    }

    private static Spoken http(ByteBuf octets, int at, int there) {
        int same = common(PREFACE, octets, at, there);
        if (same == PREFACE.length) {
            return HTTP_2;
        }
        boolean undecided = same == there;
        for (byte[] method : METHODS) {
            int told = common(method, octets, at, there);
            if (told == method.length) {
                return HTTP_1;
            }
            undecided |= told == there;
        }
        return undecided ? UNKNOWN_YET : OTHER;
    }

    /// How many octets agree.
    private static int common(byte[] wanted, ByteBuf octets, int at, int there) {
        int most = Math.min(wanted.length, there);
        int i = 0;
        while (i < most && octets.getByte(at + i) == wanted[i]) {
            i++;
        }
        return i;
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
