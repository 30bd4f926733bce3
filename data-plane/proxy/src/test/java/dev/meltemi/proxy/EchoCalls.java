package dev.meltemi.proxy;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A server of grpc-java with a method of each kind; messages are texts.
final class EchoCalls implements AutoCloseable {
    static final Metadata.Key<String> ASKED = Metadata.Key.of("x-asked", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<byte[]> BINARY = Metadata.Key.of("x-some-bin", Metadata.BINARY_BYTE_MARSHALLER);
    static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
    static final MethodDescriptor<String, String> MANY_UP = method("ManyUp", MethodType.CLIENT_STREAMING);
    static final MethodDescriptor<String, String> MANY_DOWN = method("ManyDown", MethodType.SERVER_STREAMING);
    static final MethodDescriptor<String, String> BOTH = method("Both", MethodType.BIDI_STREAMING);

    final Set<String> connections = ConcurrentHashMap.newKeySet();
    final AtomicInteger cancelled = new AtomicInteger();
    private final Server server;

    EchoCalls() {
        try {
            server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .maxInboundMessageSize(64 << 20)
                    .addService(ServerInterceptors.intercept(service(), new Noting()))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.getPort());
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName("meltemi.test.Echo/" + name)
                .setRequestMarshaller(new Texts())
                .setResponseMarshaller(new Texts())
                .build();
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("meltemi.test.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
                .addMethod(MANY_UP, ServerCalls.asyncClientStreamingCall(EchoCalls::manyUp))
                .addMethod(MANY_DOWN, ServerCalls.asyncServerStreamingCall(EchoCalls::manyDown))
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(EchoCalls::both))
                .build();
    }

    private void unary(String asked, StreamObserver<String> answers) {
        if (asked.startsWith("fail ")) {
            answers.onError(Status.fromCodeValue(Integer.parseInt(asked.substring(5)))
                    .withDescription("as asked: ü %")
                    .asRuntimeException());
        } else if (!asked.equals("silence")) {
            answers.onNext(asked);
            answers.onCompleted();
        }
    }

    private static StreamObserver<String> manyUp(StreamObserver<String> answers) {
        var octets = new AtomicInteger();
        return observer(asked -> octets.addAndGet(asked.length()), () -> {
            answers.onNext(octets.toString());
            answers.onCompleted();
        });
    }

    private static void manyDown(String count, StreamObserver<String> answers) {
        for (int i = 0; i < Integer.parseInt(count); i++) {
            answers.onNext("answer " + i);
        }
        answers.onCompleted();
    }

    private static StreamObserver<String> both(StreamObserver<String> answers) {
        return observer(answers::onNext, answers::onCompleted);
    }

    private static StreamObserver<String> observer(java.util.function.Consumer<String> next, Runnable end) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String value) {
                next.accept(value);
            }

            @Override
            public void onError(Throwable gone) {
                // The caller has cancelled.
            }

            @Override
            public void onCompleted() {
                end.run();
            }
        };
    }

    /// Sends back what it was asked with, and counts connections and cancellations.
    private final class Noting implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            connections.add(String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
            var echoing = new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Q, A>(call) {
                @Override
                public void sendHeaders(Metadata answer) {
                    answer.merge(headers, Set.of(ASKED, BINARY));
                    super.sendHeaders(answer);
                }

                @Override
                public void close(Status status, Metadata trailers) {
                    trailers.merge(headers, Set.of(ASKED, BINARY));
                    super.close(status, trailers);
                }
            };
            return new io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
                    next.startCall(echoing, headers)) {
                @Override
                public void onCancel() {
                    cancelled.incrementAndGet();
                    super.onCancel();
                }
            };
        }
    }

    private static final class Texts implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
