/// Shell around the rules: topics in, compiled topics and cuts out.
@NullMarked
package dev.meltemi.routecompiler;

import org.jspecify.annotations.NullMarked;
