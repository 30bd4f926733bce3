package dev.meltemi.rules;

import dev.meltemi.resources.HeaderOperations.Edits;
import dev.meltemi.schemas.compiled.HeaderOperations;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Header operations in compiled form. `host` and `:authority` aren't headers to edit but a rewrite of the authority,
/// as in Istio (`TranslateHeadersOperations`): they are taken out and told apart.
///
/// @param operations empty when nothing is left to do
/// @param authority what the request is to be addressed to
record HeaderEdits(Optional<HeaderOperations> operations, Optional<String> authority) {
    static HeaderEdits of(dev.meltemi.resources.HeaderOperations headers) {
        var authority = authority(headers.request().set())
                .or(() -> authority(headers.request().add()));
        Edits request = headers.request();
        Edits response = headers.response();
        var compiled = HeaderOperations.newBuilder()
                .setRequestSet(withoutAuthority(request.set()))
                .setRequestAdd(withoutAuthority(request.add()))
                .setRequestRemove(request.remove())
                .setResponseSet(new TreeMap<>(response.set()))
                .setResponseAdd(new TreeMap<>(response.add()))
                .setResponseRemove(response.remove())
                .build();
        return new HeaderEdits(isNothing(compiled) ? Optional.empty() : Optional.of(compiled), authority);
    }

    private static boolean isNothing(HeaderOperations edits) {
        return edits.getRequestSet().isEmpty()
                && edits.getRequestAdd().isEmpty()
                && edits.getRequestRemove().isEmpty()
                && edits.getResponseSet().isEmpty()
                && edits.getResponseAdd().isEmpty()
                && edits.getResponseRemove().isEmpty();
    }

    private static Optional<String> authority(Map<String, String> edits) {
        return new TreeMap<>(edits)
                .entrySet().stream()
                        .filter(edit -> namesAuthority(edit.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst();
    }

    private static Map<String, String> withoutAuthority(Map<String, String> edits) {
        var rest = new TreeMap<>(edits);
        rest.keySet().removeIf(HeaderEdits::namesAuthority);
        return rest;
    }

    private static boolean namesAuthority(String header) {
        return header.equalsIgnoreCase("host") || header.equalsIgnoreCase(":authority");
    }
}
