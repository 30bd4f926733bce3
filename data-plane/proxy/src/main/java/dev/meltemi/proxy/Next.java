package dev.meltemi.proxy;

import java.util.List;

/// The rest of the way. Linked once for each listener, so that a request carries no position.
interface Next {
    void proceed(Exchange exchange);

    /// The whole way, as its first step.
    static Next linked(List<RequestFilter> filters) {
        Next next = exchange -> {
            throw new IllegalStateException("the last filter of the list passed a request on");
        };
        for (RequestFilter filter : filters.reversed()) {
            Next rest = next;
            next = exchange -> filter.onRequest(exchange, rest);
        }
        return next;
    }
}
