package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import org.jspecify.annotations.Nullable;

/// What a rule was compiled of, for those who explain it.
///
/// @param match null: the route has none and takes everything
record RouteSource(
        HttpRules rules, HttpRoute route, @Nullable HttpMatch match) {}
