package dev.meltemi.rules;

import dev.meltemi.schemas.compiled.AccessRules;
import java.util.Optional;

/// One scope of access: the oldest of its policies counts, and the others wait for it to go.
final class Access {
    private Access() {}

    static Optional<AccessRules> compiled(MeshState state, String scope) {
        return state.book().guards().at(scope).stream().findFirst().map(Guard::compiled);
    }
}
