package dev.meltemi.bookinfo;

import java.util.Map;
import java.util.TreeMap;
import reactor.netty.http.server.HttpServerRoutes;

/// Stars by reviewer: `GET /ratings/{id}`. An id that isn't a product ends in a 500, as a careless service's would:
/// this is the error for which the demo's traffic gives occasion.
final class Ratings {
    private static final Map<String, Integer> STARS = new TreeMap<>(Map.of("Reviewer1", 5, "Reviewer2", 4));

    void install(HttpServerRoutes routes) {
        routes.get("/ratings/{id}", (request, response) -> {
            var id = Answers.productId(String.valueOf(request.param("id")));
            return id.isPresent()
                    ? Answers.json(response, 200, new TreeMap<>(Map.of("id", id.getAsInt(), "ratings", STARS)))
                    : Answers.json(response, 500, Map.of("error", "no ratings for product " + request.param("id")));
        });
    }
}
