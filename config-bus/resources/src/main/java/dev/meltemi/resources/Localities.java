package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Localities as `distribute` names them: `region`, `region/zone` or `region/zone/subzone`, the last of which may be
/// `*`.
final class Localities {
    private Localities() {}

    /// Reports what is no locality, and what one before it has taken already: `us` or `us/*` takes `us/east`. The wider
    /// may stand behind the narrower, for the rest (Istio: `validateLocalities`).
    static <T> void check(List<T> written, Function<T, String> text, Function<T, Part> place, Report report) {
        Set<String> taken = new HashSet<>();
        for (T each : written) {
            String locality = text.apply(each);
            List<String> parts = Arrays.asList(locality.split("/", 3));
            int star = locality.indexOf('*');
            if (parts.contains("")) {
                report.error(
                        place.apply(each), "\"" + locality + "\": expected region/zone/subzone, none of them empty");
            } else if (star >= 0 && star < locality.length() - 1) {
                report.error(place.apply(each), "\"" + locality + "\": * may only stand at the end");
            } else if (!take(parts, taken)) {
                report.error(place.apply(each), "\"" + locality + "\" is covered by one before it");
            }
        }
    }

    /// A region alone is the region with `*`; so is a zone.
    private static boolean take(List<String> parts, Set<String> taken) {
        String prefix = "";
        for (String part : parts) {
            if (taken.contains(prefix + "*")) {
                return false;
            }
            prefix = prefix + part + "/";
        }
        String whole = String.join("/", parts);
        boolean isNew = taken.add(whole.endsWith("*") ? whole : whole + (parts.size() == 3 ? "" : "/*"));
        return isNew;
    }
}
