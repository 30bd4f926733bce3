package dev.meltemi.routecompiler;

import dev.meltemi.schemas.fleet.Registration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Who lives where: an instance that starts again at the same address under the same name has taken the place of its
/// former life, which need not be waited for.
final class Lives {
    private final Map<String, String> newest = new HashMap<>();

    /// The instance that is over now that this one is registered: its predecessor, or itself when its successor was
    /// registered before.
    Optional<String> endedBy(Registration registration) {
        var instance = registration.getInstance();
        int tilde = instance.lastIndexOf('~');
        if (tilde < 0) {
            return Optional.empty();
        }
        var place = instance.substring(0, tilde) + "@" + registration.getAddress();
        var known = newest.get(place);
        if (known == null || known.equals(instance)) {
            newest.put(place, instance);
            return Optional.empty();
        }
        if (startOf(instance) < startOf(known)) {
            return Optional.of(instance);
        }
        newest.put(place, instance);
        return Optional.of(known);
    }

    void gone(String instance) {
        newest.values().remove(instance);
    }

    /// Milliseconds since the epoch; 0 for a name that says none.
    private static long startOf(String instance) {
        try {
            return Long.parseLong(instance.substring(instance.lastIndexOf('~') + 1));
        } catch (NumberFormatException notOurs) {
            return 0;
        }
    }
}
