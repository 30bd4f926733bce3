package dev.meltemi.cli;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.ProxyType;
import dev.meltemi.schemas.fleet.Registration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a proxy runs, as rows: `routes`, `clusters`, `endpoints`, `listeners`, and where it says so itself `secret`.
///
/// @param how it was learnt, for people
record ProxyView(JsonNode rows, String how) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Asks the proxy itself.
    static ProxyView fromAdmin(String address) {
        var uri = URI.create("http://" + address + "/config_dump");
        try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var answer = client.send(
                    HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
            return fromDump(answer.body(), "what the proxy at " + address + " says of itself");
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.UNAVAILABLE,
                    "no answer from " + uri + ": " + e + ". It answers on its own machine only; without --admin it is"
                            + " worked out from the topics.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.UNKNOWN, "interrupted", e);
        }
    }

    static ProxyView fromFile(Path file) {
        try {
            return fromDump(Files.readString(file), "what " + file + " says");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.DATA, "can't read " + file + ": " + e.getMessage(), e);
        }
    }

    private static ProxyView fromDump(String text, String how) {
        try {
            var dump = JSON.readTree(text);
            var view = dump.path("view");
            if (!view.isObject()) {
                throw new CommandFailure(
                        ExitCode.DATA, how + " has no view: it is of another version, or no config dump");
            }
            var rows = new LinkedHashMap<String, Object>();
            for (String what : List.of("routes", "clusters", "endpoints")) {
                rows.put(what, view.path(what));
            }
            var listeners = new ArrayList<Map<String, Object>>();
            dump.path("listeners").properties().forEach(one -> {
                String address = one.getValue().asString();
                int colon = address.lastIndexOf(':');
                listeners.add(listener(address.substring(0, colon), address.substring(colon + 1), "", one.getKey()));
            });
            rows.put("listeners", listeners);
            rows.put("secret", dump.path("secrets"));
            return new ProxyView(
                    JSON.valueToTree(rows),
                    how + ", sequence " + dump.path("revision").path("sequence"));
        } catch (JacksonException e) {
            throw new CommandFailure(ExitCode.DATA, how + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// The data plane's own table, made of the topics for the workload as of the cut that its heartbeat names.
    static ProxyView fromTopics(Collection<TopicEvent<?>> events, Heartbeat heartbeat) {
        var at = CompiledAt.of(events, heartbeat.getTopicId(), heartbeat.getSequence())
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.UNAVAILABLE,
                        "nothing was compiled yet: is the route-compiler running (`meltemi control`)?"));
        var registration = registration(events, heartbeat.getInstance());
        var self = new Workload(
                heartbeat.getInstance(),
                heartbeat.getWorkload(),
                heartbeat.getNamespace(),
                registration.map(Registration::getLabels).orElse(Map.of()),
                registration.map(Registration::getServiceAccount).orElse(""),
                "Kubernetes",
                heartbeat.getType() == ProxyType.GATEWAY);
        var table = RouteTable.of(self, at.revision(), at.compiled(), new Clusters(), null);
        var view = table.view(at.compiled());
        var rows = new LinkedHashMap<String, Object>();
        rows.put("routes", view.routes());
        rows.put("clusters", view.clusters());
        rows.put("endpoints", view.endpoints());
        var listeners = new ArrayList<Map<String, Object>>();
        view.listeners()
                .forEach(one -> listeners.add(listener(
                        one.bind().isEmpty() ? "ALL" : one.bind(),
                        Integer.toString(one.port()),
                        one.protocol(),
                        "Gateway")));
        registration.ifPresent(own -> own.getServices()
                .forEach(service -> service.getPorts()
                        .forEach(port -> listeners.add(listener(
                                own.getAddress(),
                                Integer.toString(port.getNumber()),
                                port.getProtocol(),
                                "inbound " + service.getHost())))));
        rows.put("listeners", listeners);
        return new ProxyView(
                JSON.valueToTree(rows),
                "worked out from the topics for " + heartbeat.getInstance() + " as of sequence "
                        + at.revision().sequence() + " (offset " + at.revision().offset() + ")"
                        + (at.exact() ? ", exactly what it runs" : note(heartbeat, registration.isPresent())));
    }

    private static String note(Heartbeat heartbeat, boolean registered) {
        return ": it runs sequence " + heartbeat.getSequence() + ", whose records were partly compacted away"
                + (registered ? "" : ", and it isn't registered: labels unknown") + "; --admin HOST:PORT asks it";
    }

    private static Optional<Registration> registration(Collection<TopicEvent<?>> events, String instance) {
        Optional<Registration> found = Optional.empty();
        for (var event : events) {
            if (event instanceof TopicEvent.Put<?> put
                    && put.value() instanceof Registration registration
                    && registration.getInstance().equals(instance)) {
                found = Optional.of(registration);
            }
        }
        return found;
    }

    private static Map<String, Object> listener(String address, String port, String match, String destination) {
        var row = new LinkedHashMap<String, Object>();
        row.put("addresses", address);
        row.put("port", port);
        row.put("match", match);
        row.put("destination", destination);
        return row;
    }
}
