package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.duration;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.someText;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Leaf;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import dev.meltemi.resources.yaml.MalformedText;
import dev.meltemi.resources.yaml.Node;
import dev.meltemi.resources.yaml.YamlText;
import java.util.List;

/// `security.istio.io` RequestAuthentication.
final class RequestAuthentications {
    private static final Leaf CLAIM_HEADER = text(
            name -> !name.isEmpty() && name.chars().allMatch(c -> Names.isAlphanumeric(c) || c == '-' || c == '_'),
            "a header name of letters, digits, - and _");

    private static final Leaf JWKS_URI = text(
            uri -> uri.length() <= 2048
                    && (uri.startsWith("https://") || uri.startsWith("http://"))
                    && WasmModules.isUri(uri),
            "a URL that begins with https:// or http://");

    private static final Struct JWT_RULE = struct().field("issuer", someText())
            .field("audiences", list(someText()))
            .field("jwksUri", JWKS_URI)
            .field("jwks_uri", JWKS_URI)
            .field("jwks", text(RequestAuthentications::isKeySet, "a JSON Web Key Set: {\"keys\": [...]}"))
            .field("fromHeaders", list(struct().required("name", someText()).field("prefix", text())))
            .field("fromParams", list(someText()))
            .field("fromCookies", list(someText()))
            .field("outputPayloadToHeader", text())
            .field("forwardOriginalToken", flag())
            .field(
                    "outputClaimToHeaders",
                    list(struct().required("header", CLAIM_HEADER).required("claim", someText())))
            .field("spaceDelimitedClaims", list(someText(), 0, 64))
            .field("timeout", duration())
            .field("presence", choice("UNSPECIFIED", "OPTIONAL", "REQUIRED"))
            .atMostOne("jwks", "jwksUri", "jwks_uri");

    static final Kind KIND = Kind.opaque(
            "security.istio.io",
            "RequestAuthentication",
            List.of("v1", "v1beta1"),
            Selection.SHAPE.field("jwtRules", list(JWT_RULE, 0, 4096)),
            (spec, metadata, report) -> check(spec, report),
            "tokens aren't checked yet: check them in the application");

    private RequestAuthentications() {}

    private static void check(Part spec, Report report) {
        Selection.check(spec, report);
        for (Part rule : spec.items("jwtRules")) {
            if (!rule.has("issuer") && !rule.has("jwksUri") && !rule.has("jwks_uri")) {
                report.error(rule, "needs an issuer, or jwksUri");
            }
            if (rule.text("jwks").contains("\"d\"")) {
                report.warn(rule.at("jwks"), "seems to hold a private key: rules are read by many");
            }
        }
    }

    private static boolean isKeySet(String text) {
        if (text.isEmpty()) {
            return true;
        }
        try {
            Part set = Part.root(YamlText.read(text));
            return set.at("keys").node() instanceof Node.Sequence;
        } catch (MalformedText e) {
            return false;
        }
    }
}
