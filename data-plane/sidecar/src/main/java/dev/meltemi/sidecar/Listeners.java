package dev.meltemi.sidecar;

import dev.meltemi.proxy.ProxyServer;
import dev.meltemi.routing.RouteTable.Listener;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Service;
import dev.meltemi.sidecar.admin.HttpPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;

/// The ports on which user traffic arrives: a sidecar's, which stay, and a gateway's, which follow its table.
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final Duration BIND = Duration.ofSeconds(10);
    private static final String ANY = "0.0.0.0";
    /// From where the application is called, so that rules of the packet filter can tell such calls (Istio's address).
    static final String TO_APPLICATION = "127.0.0.6";

    private final ProxyServer proxy;
    private final Listen listen;
    private final Runnable onChange;
    private final Map<String, String> fixed = new TreeMap<>();
    private final Map<Listener, DisposableServer> open = new HashMap<>();
    private final Set<Listener> opening = new HashSet<>();
    private final Map<Listener, String> refused = new HashMap<>();
    private Set<Listener> wanted = Set.of();

    /// @param onChange a gateway's port was opened or refused
    Listeners(ProxyServer proxy, Listen listen, Runnable onChange) {
        this.proxy = proxy;
        this.listen = listen;
        this.onChange = onChange;
    }

    /// @throws dev.meltemi.sidecar.config.StartException when a port can't be had
    void openSidecar(List<Service> services) {
        int outbound = listen.ports().outbound();
        if (outbound != 0) {
            bind(
                    "outbound",
                    "outbound-port",
                    listen.intercepts()
                            ? proxy.bindIntercepted(at(listen.local(), outbound))
                            : proxy.bindOutbound(at(listen.local(), outbound)),
                    listen.local(),
                    outbound);
        }
        for (SidecarSettings.Forward forward : listen.forwards()) {
            int local = forward.local();
            bind(
                    "forward " + local,
                    "forward",
                    proxy.bindTowards(at(listen.local(), local), forward.host(), forward.port()),
                    listen.local(),
                    local);
        }
        var applications = new HashMap<Integer, InetSocketAddress>();
        if (listen.application() != 0) {
            services.forEach(service -> applications.put(service.port(), at(listen.local(), listen.application())));
        }
        if (listen.intercepts()) {
            openIntercepted(applications);
        } else if (!applications.isEmpty() || listen.application() != 0) {
            openInbound(applications);
        }
    }

    /// At every address: what the machine itself calls arrives at the loopback.
    private void openIntercepted(Map<Integer, InetSocketAddress> applications) {
        int port = listen.ports().inbound();
        if (port != 0) {
            bind("inbound", "inbound-port", proxy.bindInterceptedInbound(at(ANY, port), port, applications), ANY, port);
        }
    }

    private void openInbound(Map<Integer, InetSocketAddress> applications) {
        var inbound = new HashSet<>(applications.keySet());
        if (listen.ports().inbound() != 0) {
            inbound.add(listen.ports().inbound());
        }
        for (int port : inbound) {
            String name = port == listen.ports().inbound() ? "inbound" : "inbound " + port;
            String option = port == listen.ports().inbound() ? "inbound-port" : "service";
            bind(
                    name,
                    option,
                    proxy.bindInbound(at(listen.address(), port), port, applications),
                    listen.address(),
                    port);
        }
    }

    private void bind(String name, String option, Mono<DisposableServer> binding, String address, int port) {
        try {
            binding.block(BIND);
        } catch (ChannelBindException e) {
            throw HttpPort.taken(option, address, port, e);
        }
        synchronized (this) {
            fixed.put(name, address + ":" + port);
        }
    }

    /// Opens what the table asks for and closes what it doesn't any more; connections that are open stay.
    synchronized void follow(List<Listener> now) {
        wanted = Set.copyOf(now);
        refused.keySet().retainAll(wanted);
        open.entrySet().removeIf(entry -> {
            boolean gone = !wanted.contains(entry.getKey());
            if (gone) {
                entry.getValue().dispose();
                LOG.info("event=listener-closed port={}", entry.getKey().port());
            }
            return gone;
        });
        for (Listener listener : wanted) {
            if (!open.containsKey(listener) && opening.add(listener)) {
                open(listener);
            }
        }
    }

    private void open(Listener listener) {
        int port = listener.port() + listen.portOffset();
        String address = listener.bind().isEmpty() ? listen.bind() : listener.bind();
        proxy.bindGateway(at(address, port), listener.port())
                .subscribe(
                        server -> opened(listener, server, address, port),
                        why -> refused(listener, why, address, port));
    }

    private void opened(Listener listener, DisposableServer server, String address, int port) {
        synchronized (this) {
            opening.remove(listener);
            refused.remove(listener);
            if (wanted.contains(listener)) {
                open.put(listener, server);
            } else {
                server.dispose();
                return;
            }
        }
        LOG.info("event=listener-open address={} port={} server={}", address, port, listener.port());
        onChange.run();
    }

    /// The others go on; the next table tries again.
    private void refused(Listener listener, Throwable why, String address, int port) {
        Throwable cause = why.getCause() == null ? why : why.getCause();
        String text = "port " + port + " at " + address + ": " + cause.getMessage();
        synchronized (this) {
            opening.remove(listener);
            refused.put(listener, text);
        }
        LOG.warn(
                "event=listener-refused address={} port={} why=\"{}\" next=\"ss -ltnp 'sport = :{}' names who has it\"",
                address,
                port,
                cause.getMessage(),
                port);
        onChange.run();
    }

    synchronized List<String> refusals() {
        return List.copyOf(refused.values());
    }

    /// No port that the table asks for is still being opened.
    synchronized boolean settled() {
        return opening.isEmpty();
    }

    synchronized Map<String, String> addresses() {
        var all = new TreeMap<>(fixed);
        open.forEach((listener, server) -> all.put("gateway " + listener.port(), server.host() + ":" + server.port()));
        return all;
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }
}
