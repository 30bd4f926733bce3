package dev.meltemi.fuzz;

import dev.meltemi.proxy.ProxyPorts;
import dev.meltemi.proxy.ProxyServer;
import dev.meltemi.proxy.ProxySettings;
import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.AvroLimits;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A sidecar's proxy and the one application behind it, which answers whatever it is told to.
final class SmallProxy {
    private static final String HOST = "reviews.default.svc.cluster.local";
    /// Of the proxy, so that whoever waits is done soon.
    private static final Duration SOON = Duration.ofMillis(100);
    /// Of the caller, on a busy machine.
    private static final int PATIENCE_MILLIS = 15_000;

    private final ServerSocket application;
    private final InetSocketAddress address;
    private final ConcurrentLinkedQueue<AccessEntry> told = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<ByteArrayOutputStream> arrived = new ConcurrentLinkedQueue<>();
    private volatile byte[] answer = {};

    /// @param arrived at the application, by connection
    record Outcome(boolean hangs, boolean internalError, List<byte[]> arrived) {}

    SmallProxy() {
        AvroLimits.set();
        try {
            application = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
        RouteTable table = table();
        var ports =
                new ProxyPorts(() -> table, told::offer, InstantSource.system(), new SplittableRandom(1), () -> null);
        var settings =
                ProxySettings.DEFAULT.with(new ProxySettings.Timeouts(SOON, SOON, SOON, SOON, SOON, SOON, SOON, SOON));
        var listener = new ProxyServer(ports, settings)
                .bindOutbound(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .block(Duration.ofSeconds(10));
        address = (InetSocketAddress) Objects.requireNonNull(listener).address();
    }

    private RouteTable table() {
        var service = ServiceRoutes.newBuilder()
                .setHost(HOST)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setPorts(List.of(ServicePort.newBuilder()
                        .setNumber(9080)
                        .setName("http")
                        .setProtocol("HTTP")
                        .build()))
                .build();
        var endpoint = ServiceEndpoint.newBuilder()
                .setHost(HOST)
                .setInstance("reviews-1")
                .setAddress(application.getInetAddress().getHostAddress())
                .setPorts(Map.of("9080", application.getLocalPort()))
                .build();
        var compiled = new Compiled(
                Map.of(HOST, service), Map.of(), Map.of(HOST + "/reviews-1", endpoint), Map.of(), Map.of());
        var self = new Workload("w~1", "w", "default", Map.of("app", "w"), "w", "mesh", false);
        return RouteTable.of(self, Revision.NONE, compiled, new Clusters(), null);
    }

    Outcome hold(Conversation conversation) {
        answer = conversation.answer();
        arrived.clear();
        told.clear();
        boolean hangs = !ends(conversation.request());
        boolean internalError =
                told.stream().anyMatch(entry -> entry.responseCodeDetails().equals("internal_error"));
        var octets = new ArrayList<byte[]>();
        arrived.forEach(connection -> octets.add(connection.toByteArray()));
        return new Outcome(hangs, internalError, octets);
    }

    private boolean ends(byte[] request) {
        try (var caller = new Socket()) {
            caller.setSoTimeout(PATIENCE_MILLIS);
            caller.connect(address);
            caller.getOutputStream().write(request);
            caller.shutdownOutput();
            caller.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException late) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private void accept() {
        while (!application.isClosed()) {
            try {
                Socket socket = application.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /// Answers once it has heard anything, and hears on until the other side ends.
    private void serve(Socket socket) {
        var heard = new ByteArrayOutputStream();
        arrived.add(heard);
        try (socket) {
            byte[] piece = new byte[8192];
            boolean answered = false;
            for (int n = socket.getInputStream().read(piece);
                    n >= 0;
                    n = socket.getInputStream().read(piece)) {
                heard.write(piece, 0, n);
                if (!answered) {
                    answered = true;
                    socket.getOutputStream().write(answer);
                    socket.shutdownOutput();
                }
            }
        } catch (IOException reset) {
            // as a proxy does that has enough of it
        }
    }
}
