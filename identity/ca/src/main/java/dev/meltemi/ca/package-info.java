/// Signs what proves who is who, and says on the topics whom to believe and what to renew.
@NullMarked
package dev.meltemi.ca;

import org.jspecify.annotations.NullMarked;
