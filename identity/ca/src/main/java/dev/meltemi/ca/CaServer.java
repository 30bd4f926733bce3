package dev.meltemi.ca;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.schemas.CaQuestions;
import dev.meltemi.schemas.identity.IssueRequest;
import dev.meltemi.schemas.identity.IssueResponse;
import dev.meltemi.schemas.identity.RotateRequest;
import dev.meltemi.schemas.identity.RotateResponse;
import dev.meltemi.spiffe.Credential;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketServer;
import io.rsocket.exceptions.CustomRSocketException;
import io.rsocket.util.DefaultPayload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.tcp.TcpServer;

/// RSocket before the {@link CaTurn}: bounds what comes in, carries it to the service's thread, and puts refusals into
/// words and log lines.
final class CaServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CaServer.class);
    /// A request for signing has at most 16 KiB, a token 4 KiB.
    private static final int LARGEST_FRAME = 32 * 1024;
    /// Questions that wait for the service's thread; each costs a signature and a transaction, some 5 ms.
    private static final int MOST_WAITING = 128;
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration BIND = Duration.ofSeconds(10);

    private final CaTransport.Bound bound;

    private CaServer(CaTransport.Bound bound) {
        this.bound = bound;
    }

    /// @throws CaException when the port is taken
    static CaServer start(InetSocketAddress at, Supplier<Credential> own, X509Certificate root, ActiveService service) {
        var waiting = new Semaphore(MOST_WAITING);
        var tcp = TcpServer.create().bindAddress(() -> at).secure(spec -> spec.sslContext(tls(own, root)));
        try {
            var bound = RSocketServer.create((_, _) -> Mono.deferContextual(
                            context -> Mono.just(new Answering(service, waiting, context.get(CaTransport.SHOWN)))))
                    .maxInboundPayloadSize(LARGEST_FRAME)
                    .bind(new CaTransport(tcp, LARGEST_FRAME))
                    .block(BIND);
            if (bound == null) {
                throw new CaException("the CA can't listen on " + at, null);
            }
            return new CaServer(bound);
        } catch (ChannelBindException e) {
            throw new CaException(
                    "the CA can't listen on " + at.getHostString() + ":" + at.getPort() + ": " + e.getMessage()
                            + "; see who does with: ss -ltnp 'sport = :" + at.getPort()
                            + "'; or choose another --listen",
                    e);
        }
    }

    private static SslContext tls(Supplier<Credential> own, X509Certificate root) {
        try {
            return SslContextBuilder.forServer(new CurrentKey(own, root))
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .clientAuth(ClientAuth.OPTIONAL)
                    .trustManager(new AnyCertificate())
                    .build();
        } catch (SSLException e) {
            throw new CaException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    int port() {
        return bound.address().getPort();
    }

    @Override
    public void close() {
        bound.dispose();
    }

    /// One connection.
    private record Answering(ActiveService service, Semaphore waiting, List<X509Certificate> shown) implements RSocket {
        private interface Question {
            byte[] answer(CaTurn turn) throws Refusal;
        }

        @Override
        public Mono<Payload> requestResponse(Payload payload) {
            var name = payload.getMetadataUtf8();
            try {
                var question = question(name, payload.getData());
                return asked(name, question);
            } catch (IOException e) {
                return refused(name, Refusal.of("the question can't be read: " + e.getMessage()));
            }
        }

        private Question question(String name, ByteBuffer data) throws IOException {
            return switch (name) {
                case CaQuestions.ISSUE -> {
                    var request = CaQuestions.read(IssueRequest.getDecoder(), data);
                    yield turn -> CaQuestions.write(IssueResponse.getEncoder(), turn.issue(request, shown));
                }
                case CaQuestions.ROTATE -> {
                    var request = CaQuestions.read(RotateRequest.getDecoder(), data);
                    yield turn -> CaQuestions.write(RotateResponse.getEncoder(), turn.rotate(request, shown));
                }
                default -> throw new IOException("a CA answers " + CaQuestions.ISSUE + " and " + CaQuestions.ROTATE);
            };
        }

        private Mono<Payload> asked(String name, Question question) {
            if (!waiting.tryAcquire()) {
                return refused(name, Refusal.later("this CA has " + MOST_WAITING + " questions waiting"));
            }
            return Mono.<Payload>create(sink -> {
                        boolean inOffice = service.submit(turn -> {
                            try {
                                sink.success(DefaultPayload.create(question.answer((CaTurn) turn)));
                            } catch (Refusal e) {
                                sink.error(e);
                            } catch (RuntimeException e) {
                                // the turn ends by it: what was written isn't known
                                sink.error(Refusal.later("the bus doesn't take what is issued: " + e.getMessage()));
                                throw e;
                            }
                        });
                        if (!inOffice) {
                            sink.error(Refusal.later("this CA is standing by, or can't reach the bus"));
                        }
                    })
                    .timeout(PATIENCE)
                    .onErrorResume(e -> refused(
                            name,
                            switch (e) {
                                case Refusal refusal -> refusal;
                                case TimeoutException _ -> Refusal.later("this CA can't reach the bus in time");
                                default -> Refusal.later(String.valueOf(e.getMessage()));
                            }))
                    .doFinally(_ -> waiting.release());
        }

        private Mono<Payload> refused(String name, Refusal why) {
            LOG.warn(
                    "event=refused question={} by=\"{}\" later={} why=\"{}\"",
                    name.length() > 20 ? "?" : name,
                    shown.isEmpty() ? "nobody" : shown.getFirst().getSubjectX500Principal(),
                    why.later(),
                    why.getMessage());
            return Mono.error(new CustomRSocketException(
                    why.later() ? CaQuestions.LATER : CaQuestions.REFUSED, String.valueOf(why.getMessage())));
        }
    }
}
