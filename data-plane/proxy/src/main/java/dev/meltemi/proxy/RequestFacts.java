package dev.meltemi.proxy;

import dev.meltemi.routing.Decision;
import dev.meltemi.routing.HeaderEdits;
import dev.meltemi.routing.HeaderFormat;
import dev.meltemi.routing.Route;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Changes headers as rules say, and fills their variables in.
///
/// @param answer null as long as there is none
record RequestFacts(Exchange exchange, @Nullable HttpHeaders answer) implements HeaderFormat.Facts {
    private static final long MICROS = 1_000_000;

    static void edit(HttpHeaders headers, HeaderEdits edits, Exchange exchange, @Nullable HttpHeaders answer) {
        if (edits.isEmpty()) {
            return;
        }
        for (HeaderEdits.Edit edit : edits.set()) {
            String value = value(edit, exchange, answer);
            if (!value.isEmpty()) {
                headers.set(edit.name(), value);
            }
        }
        for (HeaderEdits.Edit edit : edits.add()) {
            String value = value(edit, exchange, answer);
            if (!value.isEmpty()) {
                headers.add(edit.name(), value);
            }
        }
        for (String name : edits.remove()) {
            headers.remove(name);
        }
    }

    private static String value(HeaderEdits.Edit edit, Exchange exchange, @Nullable HttpHeaders answer) {
        HeaderFormat format = edit.format();
        // line breaks in a caller's header were refused before, so none gets in here
        return format == null ? edit.value() : format.of(new RequestFacts(exchange, answer));
    }

    @Override
    public String of(HeaderFormat.Fact fact) {
        Caller caller = exchange.client.caller();
        return switch (fact) {
            case DOWNSTREAM_REMOTE_ADDRESS -> caller.remote;
            case DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT -> exchange.clientHost();
            case DOWNSTREAM_LOCAL_ADDRESS -> caller.local;
            case DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT ->
                caller.local.substring(0, Math.max(0, caller.local.lastIndexOf(':')));
            case DOWNSTREAM_LOCAL_PORT -> caller.local.substring(caller.local.lastIndexOf(':') + 1);
            case PROTOCOL -> exchange.protocol.text();
            case START_TIME -> startTime();
            case ROUTE_NAME -> route().name();
            case UPSTREAM_CLUSTER ->
                exchange.forward == null ? "" : exchange.forward.cluster().name();
            case UPSTREAM_HOST -> exchange.endpoint == null ? "" : exchange.endpoint.toString();
            case RESPONSE_CODE -> exchange.status == 0 ? "" : Integer.toString(exchange.status);
        };
    }

    private String startTime() {
        Instant start = Instant.ofEpochSecond(exchange.startMicros / MICROS, exchange.startMicros % MICROS * 1000);
        String text = start.truncatedTo(ChronoUnit.MILLIS).toString();
        return text.contains(".") ? text : text.replace("Z", ".000Z");
    }

    private Route route() {
        return switch (exchange.decision) {
            case null -> Route.NONE;
            case Decision.Forward forward -> forward.route();
            case Decision.Redirect redirect -> redirect.route();
            case Decision.Respond respond -> respond.route();
            case Decision.Refuse refuse -> refuse.route();
        };
    }

    @Override
    public @Nullable String asked(String header) {
        return switch (header) {
            case ":authority" -> exchange.authority;
            case ":path" -> exchange.path;
            case ":method" -> exchange.method();
            case ":scheme" -> exchange.scheme();
            default -> exchange.header(header);
        };
    }

    @Override
    public @Nullable String answered(String header) {
        if (answer == null) {
            return null;
        }
        List<String> all = answer.getAll(header);
        return all.isEmpty() ? null : String.join(",", all);
    }
}
