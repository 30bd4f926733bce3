package dev.meltemi.proxy;

import dev.meltemi.routing.FaultPlan;
import dev.meltemi.routing.GrpcStatus;
import dev.meltemi.routing.ProxyFailure;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Delays and aborts that a rule orders, drawn for each request. A delayed request holds nothing but its own
/// connection.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class FaultInjection implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        FaultPlan plan = exchange.forward == null
                ? FaultPlan.NONE
                : exchange.forward.route().fault();
        if (plan.delayPercent() <= 0 && plan.abortPercent() <= 0) {
            next.proceed(exchange);
            return;
        }
        RandomGenerator random = exchange.client.loop().random;
        boolean abort = plan.httpStatus() != 0 && draw(random, plan.abortPercent());
        if (!draw(random, plan.delayPercent())) {
            abortOrProceed(exchange, plan, abort, next);
            return;
        }
        exchange.fault = "delay";
        exchange.flag("DI");
        exchange.client
                .loop()
                .executor
                .schedule(
                        () -> {
                            if (!exchange.over) {
                                exchange.client.resume(exchange, () -> abortOrProceed(exchange, plan, abort, next));
                            }
                        },
                        plan.delayNanos(),
                        TimeUnit.NANOSECONDS);
    }

    private static void abortOrProceed(Exchange exchange, FaultPlan plan, boolean abort, Next next) {
        if (abort) {
            exchange.fault = exchange.fault.isEmpty() ? "abort" : "delay,abort";
            DecidedAnswer.closeUnlessShort(exchange);
            var failure = new ProxyFailure.InjectedAbort(plan.httpStatus());
            if (plan.abortGrpcStatus().isEmpty() || !GrpcAnswer.isAskedFor(exchange)) {
                LocalReply.fail(exchange, failure);
            } else {
                GrpcAnswer.send(exchange, GrpcStatus.named(plan.abortGrpcStatus()), failure);
            }
        } else {
            next.proceed(exchange);
        }
    }

    private static boolean draw(RandomGenerator random, double percent) {
        return percent > 0 && (percent >= 100 || random.nextDouble() * 100 < percent);
    }
}
