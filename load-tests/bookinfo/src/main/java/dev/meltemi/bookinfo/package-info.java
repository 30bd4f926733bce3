/// Istio's bookinfo topology as small apps of our own: the names, labels, ports and HTTP paths are Istio's, so that
/// its rules and habits apply unchanged. `productpage` asks `details` and `reviews`; `reviews` v2 and v3 ask
/// `ratings`.
@NullMarked
package dev.meltemi.bookinfo;

import org.jspecify.annotations.NullMarked;
