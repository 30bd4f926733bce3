package dev.meltemi.workload;

import dev.meltemi.schemas.CaQuestions;
import dev.meltemi.schemas.identity.IssueRequest;
import dev.meltemi.schemas.identity.IssueResponse;
import dev.meltemi.schemas.identity.RotateRequest;
import dev.meltemi.schemas.identity.RotateResponse;
import dev.meltemi.spiffe.Identity;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.util.DefaultPayload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.SSLException;
import org.apache.avro.message.MessageDecoder;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpClient;

/// Asks a CA over RSocket and TLS: one connection a question, because there are hours between two.
public final class CaClient {
    /// Chain and trust bundle of an answer; a CA with five roots stays far below.
    private static final int LARGEST_FRAME = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CaAddress address;
    private final InstantSource clock;

    public CaClient(CaAddress address, InstantSource clock) {
        this.address = address;
        this.clock = clock;
    }

    /// @param mine null: the request's token speaks for the caller, and the CA is known by its fingerprint
    Mono<IssueResponse> issue(IssueRequest request, @Nullable Identity mine) {
        return Mono.defer(() -> ask(CaQuestions.ISSUE, CaQuestions.write(IssueRequest.getEncoder(), request), mine))
                .map(answer -> decoded(IssueResponse.getDecoder(), answer));
    }

    /// Orders rotations in an operator's name.
    ///
    /// @return fails with the CA's words when it refuses
    public Mono<RotateResponse> rotate(RotateRequest request, Identity operator) {
        return Mono.defer(
                        () -> ask(CaQuestions.ROTATE, CaQuestions.write(RotateRequest.getEncoder(), request), operator))
                .map(answer -> decoded(RotateResponse.getDecoder(), answer));
    }

    private Mono<ByteBuffer> ask(String question, byte[] data, @Nullable Identity mine) {
        var tcp = TcpClient.newConnection()
                .host(address.host())
                .port(address.port())
                .secure(spec -> spec.sslContext(tls(mine)));
        return Mono.usingWhen(
                        RSocketConnector.create()
                                .maxInboundPayloadSize(LARGEST_FRAME)
                                .connect(TcpClientTransport.create(tcp, LARGEST_FRAME)),
                        socket -> asked(socket, question, data),
                        socket -> Mono.fromRunnable(socket::dispose))
                .timeout(PATIENCE);
    }

    private static Mono<ByteBuffer> asked(RSocket socket, String question, byte[] data) {
        Payload payload = DefaultPayload.create(data, question.getBytes(StandardCharsets.UTF_8));
        return socket.requestResponse(payload).map(answer -> {
            // the default decoder has copied it to the heap
            return answer.getData();
        });
    }

    private SslContext tls(@Nullable Identity mine) {
        var builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                // the CA is known by its SPIFFE id, see there
                .endpointIdentificationAlgorithm(null)
                .trustManager(new CaCertificates(address, mine == null ? null : mine.trust(), clock));
        if (mine != null) {
            builder.keyManager(mine.credential().key(), mine.credential().chain());
            // within the process: Java's usual one hides keys at the cost of a tenth of a second
            builder.keyStoreType("JKS");
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new CredentialsException("TLS towards the CA at " + address + " can't be set up: " + e, e);
        }
    }

    private <T> T decoded(MessageDecoder<T> decoder, ByteBuffer answer) {
        try {
            return CaQuestions.read(decoder, answer);
        } catch (IOException e) {
            throw new CredentialsException("the answer of the CA at " + address + " can't be read: " + e, e);
        }
    }
}
