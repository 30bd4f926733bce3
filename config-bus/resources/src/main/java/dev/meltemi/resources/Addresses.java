package dev.meltemi.resources;

import java.net.Inet6Address;
import java.net.InetAddress;

/// IP addresses and address ranges as text.
final class Addresses {
    private Addresses() {}

    static boolean isIp(String text) {
        return isIpv4(text) || isIpv6(text);
    }

    static boolean isIpOrCidr(String text) {
        return text.indexOf('/') < 0 ? isIp(text) : isCidr(text);
    }

    static boolean isCidr(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return false;
        }
        String address = text.substring(0, slash);
        String bits = text.substring(slash + 1);
        int max = isIpv4(address) ? 32 : isIpv6(address) ? 128 : -1;
        return isNumberUpTo(bits, max);
    }

    private static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (!isNumberUpTo(part, 255)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNumberUpTo(String text, int max) {
        boolean digits = !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits && Integer.parseInt(text) <= max;
    }

    private static boolean isIpv6(String text) {
        if (text.indexOf(':') < 0 || text.indexOf('%') >= 0 || text.startsWith("[")) {
            return false;
        }
        try {
            InetAddress address = Inet6Address.ofLiteral(text);
            return !address.getHostAddress().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
