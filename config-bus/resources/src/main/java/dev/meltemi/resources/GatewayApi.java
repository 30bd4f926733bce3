package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import com.google.re2j.Pattern;
import dev.meltemi.resources.shape.Leaf;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.Locale;

/// Words that all documents of the Gateway API share: names and references, with the limits that its CRDs set.
final class GatewayApi {
    static final String GROUP = "gateway.networking.k8s.io";

    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";

    static final Leaf ANY_NAME = text(1, 253);

    static final Leaf GROUP_NAME = matching(
            0, 253, "^$|^" + SUBDOMAIN + "$", "an API group such as \"gateway.networking.k8s.io\", \"\" for core");

    static final Leaf KIND_NAME = matching(
            1, 63, "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$", "a kind such as Service, of letters, digits and -");

    static final Leaf NAMESPACE =
            matching(1, 63, "^" + LABEL + "$", "a namespace: lower-case letters, digits and -, at most 63");

    static final Leaf SECTION_NAME =
            matching(1, 253, "^" + SUBDOMAIN + "$", "a name of lower-case letters, digits, - and .");

    static final Leaf HOSTNAME = matching(
            1,
            253,
            "^(\\*\\.)?" + SUBDOMAIN + "$",
            "a host name in lower case, which may begin with \"*.\": no scheme, port or path");

    static final Leaf PRECISE_HOSTNAME = matching(
            1, 253, "^" + SUBDOMAIN + "$", "a host name in lower case without wildcard, scheme, port and path");

    static final Leaf HEADER_NAME =
            text(1, 256, HeaderSyntax::isToken, "a name of letters, digits and !#$%&'*+-.^_`|~");

    /// Visible ASCII, with single blanks between (RFC 9110 section 5.5, without its obsolete forms).
    static final Leaf HEADER_VALUE = matching(
            1, 4096, "^[!-~]+([\\t ]?[!-~]+)*$", "1 to 4096 printable ASCII characters with single blanks between");

    static final Leaf DURATION = matching(
            0,
            Integer.MAX_VALUE,
            "^([0-9]{1,5}(h|m|s|ms)){1,4}$",
            "a duration such as \"5s\", \"100ms\" or \"1h30m\": whole numbers of h, m, s and ms");

    /// To something in the document's own namespace, group and kind spelled out.
    static final Struct LOCAL_REFERENCE =
            struct().required("group", GROUP_NAME).required("kind", KIND_NAME).required("name", ANY_NAME);

    static final Struct REFERENCE = LOCAL_REFERENCE.field("namespace", NAMESPACE);

    /// To something whose group and kind have defaults.
    static final Struct DEFAULTED_REFERENCE = struct().field("group", GROUP_NAME)
            .field("kind", KIND_NAME)
            .required("name", ANY_NAME)
            .field("namespace", NAMESPACE);

    static final Struct PORT_REFERENCE = DEFAULTED_REFERENCE.field("port", port());

    private GatewayApi() {}

    /// @param regex found anywhere in the text, so `^` and `$` matter
    /// @param expected completes "expected …"
    static Leaf matching(int minLength, int maxLength, String regex, String expected) {
        Pattern pattern = Pattern.compile(regex);
        return text(minLength, maxLength, text -> pattern.matcher(text).find(), expected);
    }

    static ObjectReference toService(Part reference, String namespace) {
        return reference(reference, "", "Service", namespace);
    }

    static ObjectReference toGateway(Part reference, String namespace) {
        return reference(reference, GROUP, "Gateway", namespace);
    }

    static ObjectReference toSecret(Part reference, String namespace) {
        return reference(reference, "", "Secret", namespace);
    }

    /// @param namespace of the document that refers
    private static ObjectReference reference(Part reference, String group, String kind, String namespace) {
        return new ObjectReference(
                reference.has("group") ? reference.text("group") : group,
                reference.someText("kind").orElse(kind),
                reference.someText("namespace").orElse(namespace),
                reference.text("name"));
    }

    static String lowerCase(Part text) {
        return text.text().toLowerCase(Locale.ROOT);
    }
}
