package dev.meltemi.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/// Addresses at which this proxy takes requests to send them on, outbound or as a gateway. A request that is sent
/// to one of them, by whatever name, would come round until the last socket is taken. Inbound listeners aren't
/// among them: they end at the application, also for one that calls itself.
final class OwnListeners implements Predicate<InetSocketAddress> {
    private final List<InetSocketAddress> addresses = new CopyOnWriteArrayList<>();

    void add(InetSocketAddress address) {
        addresses.add(address);
    }

    /// @param address resolved
    @Override
    public boolean test(InetSocketAddress address) {
        for (InetSocketAddress own : addresses) {
            if (own.getPort() == address.getPort() && covers(own.getAddress(), address.getAddress())) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(InetAddress own, InetAddress asked) {
        return own.isAnyLocalAddress() ? isOnThisMachine(asked) : own.equals(asked);
    }

    private static boolean isOnThisMachine(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException _) {
            // The machine doesn't say what its addresses are; what loops ends with the route's time-out.
            return false;
        }
    }
}
