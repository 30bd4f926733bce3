package dev.meltemi.registry;

import static dev.meltemi.registry.RegistryError.INVALID_SCHEMA;
import static dev.meltemi.registry.RegistryError.INVALID_VERSION;
import static dev.meltemi.registry.RegistryError.METHOD_NOT_ALLOWED;
import static dev.meltemi.registry.RegistryError.NOT_PERMITTED;
import static dev.meltemi.registry.RegistryError.NO_SUCH_PATH;
import static dev.meltemi.registry.RegistryError.SCHEMA_NOT_FOUND;
import static dev.meltemi.registry.RegistryError.SUBJECT_NOT_FOUND;
import static dev.meltemi.registry.RegistryError.VERSION_NOT_FOUND;

import dev.meltemi.schemas.registry.RegisteredSchema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is answered to which path, without any HTTP: the read part of Confluent's API and its two look-ups by
/// schema.
final class Answers {
    private static final JsonMapper JSON = new JsonMapper();

    private final Schemas schemas;

    Answers(Schemas schemas) {
        this.schemas = schemas;
    }

    /// @param path its decoded segments
    Answer get(List<String> path) {
        return switch (path.size()) {
            case 0 -> Answer.ok(Map.of());
            case 1 ->
                switch (path.get(0)) {
                    case "subjects" -> Answer.ok(schemas.subjects());
                    case "config" -> Answer.ok(Map.of("compatibilityLevel", "BACKWARD_TRANSITIVE"));
                    case "mode" -> Answer.ok(Map.of("mode", "READONLY"));
                    default -> noSuchPath(path);
                };
            default ->
                switch (path.get(0)) {
                    case "schemas" -> schemas(path);
                    case "subjects" -> subjects(path);
                    case "config" -> Answer.ok(Map.of("compatibilityLevel", "BACKWARD_TRANSITIVE"));
                    default -> noSuchPath(path);
                };
        };
    }

    Answer post(List<String> path, String body) {
        boolean lookup = path.size() == 2 && path.get(0).equals("subjects");
        boolean register = path.size() == 3
                && path.get(0).equals("subjects")
                && path.get(2).equals("versions");
        if (!lookup && !register) {
            return noSuchPath(path);
        }
        String subject = path.get(1);
        if (lookup && schemas.versions(subject).isEmpty()) {
            return noSuchSubject(subject);
        }
        Optional<Schema> asked = schemaIn(body);
        if (asked.isEmpty()) {
            return Answer.error(INVALID_SCHEMA, "The body must be {\"schema\": \"…\"} with an Avro schema as text");
        }
        Optional<RegisteredSchema> known = schemas.versions(subject).reversed().stream()
                .filter(one -> parsed(one).equals(asked.get()))
                .findFirst();
        if (register) {
            // Serializers ask with a schema that they expect to be there; that is no registration.
            return known.map(one -> Answer.ok(Map.of("id", one.getId())))
                    .orElseGet(() -> Answer.error(
                            NOT_PERMITTED,
                            "Schema ids are fixed in Meltemi's repository, so nothing can be registered here: add the"
                                    + " schema to module schemas, or use a registry of your own for other subjects"));
        }
        return known.map(one -> Answer.ok(described(one)))
                .orElseGet(() -> Answer.error(SCHEMA_NOT_FOUND, "Schema not found under subject '" + subject + "'"));
    }

    Answer otherMethod(String method) {
        return Answer.error(METHOD_NOT_ALLOWED, "HTTP " + method + " is not answered here: the registry is read-only");
    }

    private Answer schemas(List<String> path) {
        if (path.equals(List.of("schemas", "types"))) {
            return Answer.ok(List.of("AVRO"));
        }
        if (path.size() < 3 || path.size() > 4 || !path.get(1).equals("ids")) {
            return noSuchPath(path);
        }
        Optional<RegisteredSchema> found = number(path.get(2)).flatMap(schemas::byId);
        if (found.isEmpty()) {
            return Answer.error(SCHEMA_NOT_FOUND, "Schema " + path.get(2) + " not found");
        }
        RegisteredSchema schema = found.get();
        return switch (path.size() == 3 ? "" : path.get(3)) {
            case "" -> Answer.ok(Map.of("schema", schema.getDefinition()));
            case "schema" -> Answer.text(schema.getDefinition());
            case "subjects" -> Answer.ok(List.of(schema.getSubject()));
            case "versions" ->
                Answer.ok(List.of(Map.of("subject", schema.getSubject(), "version", schema.getVersion())));
            default -> noSuchPath(path);
        };
    }

    private Answer subjects(List<String> path) {
        String subject = path.get(1);
        if (path.size() < 3 || path.size() > 5 || !path.get(2).equals("versions")) {
            return noSuchPath(path);
        }
        List<RegisteredSchema> versions = schemas.versions(subject);
        if (versions.isEmpty()) {
            return noSuchSubject(subject);
        }
        if (path.size() == 3) {
            return Answer.ok(versions.stream().map(RegisteredSchema::getVersion).toList());
        }
        return version(versions, path.get(3), one -> {
            if (path.size() == 4) {
                return Answer.ok(described(one));
            }
            return path.get(4).equals("schema") ? Answer.text(one.getDefinition()) : noSuchPath(path);
        });
    }

    private static Answer version(
            List<RegisteredSchema> versions, String asked, Function<RegisteredSchema, Answer> answer) {
        if (asked.equals("latest") || asked.equals("-1")) {
            return answer.apply(versions.getLast());
        }
        Optional<Integer> number = number(asked).filter(n -> n > 0);
        if (number.isEmpty()) {
            return Answer.error(
                    INVALID_VERSION,
                    "The specified version '" + asked + "' is not a valid version id. Allowed values are between"
                            + " [1, 2^31-1] and the string \"latest\"");
        }
        return versions.stream()
                .filter(one -> one.getVersion() == number.get())
                .findFirst()
                .map(answer)
                .orElseGet(() -> Answer.error(VERSION_NOT_FOUND, "Version " + asked + " not found."));
    }

    private static Map<String, Object> described(RegisteredSchema one) {
        return Map.of(
                "subject", one.getSubject(),
                "version", one.getVersion(),
                "id", one.getId(),
                "schema", one.getDefinition());
    }

    private static Answer noSuchSubject(String subject) {
        return Answer.error(SUBJECT_NOT_FOUND, "Subject '" + subject + "' not found.");
    }

    private static Answer noSuchPath(List<String> path) {
        return Answer.error(NO_SUCH_PATH, "There is nothing at /" + String.join("/", path));
    }

    private static Optional<Schema> schemaIn(String body) {
        try {
            JsonNode schema = JSON.readTree(body).path("schema");
            return schema.isString() ? Optional.of(new Schema.Parser().parse(schema.asString())) : Optional.empty();
        } catch (JacksonException | AvroRuntimeException e) {
            return Optional.empty();
        }
    }

    private static Schema parsed(RegisteredSchema registered) {
        return new Schema.Parser().parse(registered.getDefinition());
    }

    private static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.valueOf(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
