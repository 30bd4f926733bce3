/// What documents contradict in each other: findings that reject nobody, with Istio's codes.
@NullMarked
package dev.meltemi.resources.analysis;

import org.jspecify.annotations.NullMarked;
