package dev.meltemi.conformance;

import dev.meltemi.routing.GrpcStatus;
import java.util.Arrays;

/// How an answer ended, in gRPC's words.
final class GrpcOutcome {
    private static final int OK = 200;

    private GrpcOutcome() {}

    /// What a status without a gRPC status means to a gRPC client.
    static String ofHttp(int status) {
        return (status == OK ? GrpcStatus.OK : GrpcStatus.ofAnswer(status)).name();
    }

    /// @param said `grpc-status`; empty when there was none
    static String of(int status, String said) {
        return Arrays.stream(GrpcStatus.values())
                .filter(each -> Integer.toString(each.number()).equals(said))
                .map(GrpcStatus::name)
                .findFirst()
                .orElseGet(() -> said.isEmpty() ? ofHttp(status) : said);
    }
}
