package dev.meltemi.routing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// A range of addresses: `10.0.0.0/8`, or one address.
@SuppressWarnings("ArrayRecordComponent") // never written to, never compared
record Subnet(byte[] address, int bits) {
    static Optional<Subnet> of(String text) {
        int slash = text.indexOf('/');
        String start = slash < 0 ? text : text.substring(0, slash);
        return bytes(start)
                .map(address -> new Subnet(
                        address, slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1))));
    }

    /// @return empty for what is no IP address literal
    static Optional<byte[]> bytes(String text) {
        boolean literal = !text.isEmpty() && text.chars().allMatch(c -> c == '.' || c == ':' || isHexDigit(c));
        try {
            return literal ? Optional.of(InetAddress.ofLiteral(text).getAddress()) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isHexDigit(int c) {
        return Character.digit(c, 16) >= 0;
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(address).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes, not " + address.length, e);
        }
    }

    boolean contains(byte[] other) {
        if (other.length != address.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (address[i] != other[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (address[whole] ^ other[whole]) >>> (8 - rest) == 0;
    }
}
