package dev.meltemi.resources;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Envoy's variables in header values, and which of them the proxy fills in.
final class HeaderVariables {
    /// Those of the proxy's `HeaderFormat`. Of the rest, what names Envoy's own certificate, build, cluster metadata or
    /// environment has no counterpart here.
    private static final Set<String> FILLED_IN = Set.of(
            "DOWNSTREAM_REMOTE_ADDRESS",
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_LOCAL_ADDRESS",
            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_LOCAL_PORT",
            "PROTOCOL",
            "START_TIME",
            "ROUTE_NAME",
            "UPSTREAM_CLUSTER",
            "UPSTREAM_HOST",
            "RESPONSE_CODE");

    /// `%%`, or a variable with its arguments; linear, as nothing in it overlaps.
    private static final Pattern VARIABLE = Pattern.compile("%([^%]*)%");

    private static final Pattern OF_A_HEADER = Pattern.compile("(REQ|RESP)\\([^)]*\\)(:[0-9]{1,9})?");

    private HeaderVariables() {}

    static List<String> leftOpen(String value) {
        List<String> open = new ArrayList<>();
        Matcher variables = VARIABLE.matcher(value);
        while (variables.find()) {
            String name = variables.group(1);
            if (!name.isEmpty()
                    && !FILLED_IN.contains(name)
                    && !OF_A_HEADER.matcher(name).matches()) {
                open.add(variables.group());
            }
        }
        return open;
    }
}
