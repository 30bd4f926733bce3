package dev.meltemi.sidecar.admin;

import dev.meltemi.proxy.SharedPort;
import dev.meltemi.sidecar.config.StartException;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.resources.LoopResources;

/// One port with a few pages, beside the ports on which user traffic flows.
public final class HttpPort implements AutoCloseable {
    private static final Duration GOODBYE = Duration.ofSeconds(1);
    private final @Nullable DisposableServer server;

    private HttpPort(@Nullable DisposableServer server) {
        this.server = server;
    }

    /// @param name of the option that sets the port, for messages: `admin-port`
    /// @param port 0: none is opened
    /// @param shared whether it takes over from another process
    /// @throws StartException when the port can't be had
    public static HttpPort open(
            LoopResources loops,
            String name,
            String address,
            int port,
            boolean shared,
            Consumer<HttpServerRoutes> pages) {
        if (port == 0) {
            return new HttpPort(null);
        }
        try {
            HttpServer plain = HttpServer.create();
            DisposableServer opened = (shared ? SharedPort.shared(plain) : plain)
                    .runOn(loops)
                    .host(address)
                    .port(port)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .route(pages)
                    .bindNow();
            if (shared) {
                SharedPort.takeOver(opened);
            }
            return new HttpPort(opened);
        } catch (ChannelBindException e) {
            throw taken(name, address, port, e);
        }
    }

    /// What to say of a port that can't be had.
    public static StartException taken(String name, String address, int port, Throwable cause) {
        String why =
                cause.getCause() == null ? cause.getMessage() : cause.getCause().getMessage();
        return new StartException(
                StartException.UNAVAILABLE,
                "can't listen on " + address + ":" + port + ": " + why
                        + ".\nWho has it: ss -ltnp 'sport = :" + port + "'. Another port: --" + name
                        + " PORT, or --" + name + " 0 for none where that makes sense.",
                cause);
    }

    @Override
    public void close() {
        if (server != null) {
            server.disposeNow(GOODBYE);
        }
    }
}
