package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.freeForm;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Leaf;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Shape;
import dev.meltemi.resources.shape.Struct;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/// What WasmPlugin and TrafficExtension say of a Wasm module, and to which requests it applies.
final class WasmModules {
    private static final Leaf URL = text(
            url -> isUri(url) && Set.of("", "http", "https", "oci", "file").contains(scheme(url)),
            "a URL with one of the schemes https, http, oci and file, or an image name");

    private static final Leaf SHA_256 = text(WasmModules::isSha256, "64 hexadecimal digits in lower case");

    private static final Struct ENV = struct().required("name", text(1, 256))
            .field("value", text(0, 2048))
            .field("valueFrom", choice("INLINE", "HOST"));

    static final Struct SHAPE = struct().required("url", URL)
            .field("sha256", SHA_256)
            .field("imagePullPolicy", choice("UNSPECIFIED_POLICY", "IfNotPresent", "Always"))
            .field("imagePullSecret", text(1, 253))
            .field("verificationKey", text())
            .field("pluginConfig", freeForm())
            .field("pluginName", text(1, 256))
            .field("failStrategy", choice("FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"))
            .field("vmConfig", struct().field("env", list(ENV, 0, 256)))
            .field("type", choice("UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK"));

    static final Shape TRAFFIC =
            list(struct().field("mode", choice("UNDEFINED", "CLIENT", "SERVER", "CLIENT_AND_SERVER"))
                    .field("ports", list(struct().required("number", port()))));

    private WasmModules() {}

    static void check(Part module, Report report) {
        Part env = module.at("vmConfig").at("env");
        TrafficPolicyCheck.checkDistinct(env.items(), "name", report);
        for (Part variable : env.items()) {
            if (variable.text("valueFrom").equals("HOST") && variable.has("value")) {
                report.error(variable.at("value"), "can't stand beside valueFrom HOST");
            }
        }
    }

    private static boolean isSha256(String sum) {
        boolean hexadecimal = sum.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
        return sum.isEmpty() || (sum.length() == 64 && hexadecimal);
    }

    static boolean isUri(String text) {
        try {
            return !new URI(text).toString().isEmpty();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String scheme(String url) {
        int end = url.indexOf("://");
        return end < 0 ? "" : url.substring(0, end).toLowerCase(Locale.ROOT);
    }
}
