package dev.meltemi.bookinfo;

import dev.meltemi.bookinfo.Bookinfo.App;
import dev.meltemi.bookinfo.ServiceCaller.Answer;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRoutes;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reviews of a book: `GET /reviews/{id}`. v1 has no stars, v2 black ones, v3 red ones; the stars come from
/// `ratings`.
final class Reviews {
    /// Every so many calls v3 asks for a product that can't exist: the planted error of the demo, to be found on
    /// the edge reviews-v3 → ratings. 2 %, as many as a dashboard shows and a user hardly notices.
    private static final int PLANTED_ERROR_EVERY = 50;

    private static final Map<String, String> TEXTS = Map.of(
            "Reviewer1", "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!",
            "Reviewer2", "Absolutely fun and entertaining. The play lacks thematic depth when compared to others.");

    private final App app;
    private final ServiceCaller mesh;
    private final AtomicInteger calls = new AtomicInteger();

    Reviews(App app, ServiceCaller mesh) {
        this.app = app;
        this.mesh = mesh;
    }

    void install(HttpServerRoutes routes) {
        routes.get("/reviews/{id}", (request, response) -> {
            String id = String.valueOf(request.param("id"));
            if (Answers.productId(id).isEmpty()) {
                return Answers.json(response, 400, Map.of("error", "please provide numeric product ID"));
            }
            return stars(id, request.requestHeaders())
                    .flatMap(stars -> Mono.from(Answers.json(response, 200, answer(id, stars))));
        });
    }

    private Mono<Stars> stars(String id, HttpHeaders incoming) {
        if (app.version().equals("v1")) {
            return Mono.just(new Stars(null, null));
        }
        boolean planted = app.version().equals("v3") && calls.incrementAndGet() % PLANTED_ERROR_EVERY == 0;
        return mesh.get("ratings", "/ratings/" + (planted ? "-1" : id), incoming)
                .map(answer -> Stars.of(answer, app.version().equals("v2") ? "black" : "red"));
    }

    private Map<String, Object> answer(String id, Stars stars) {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("id", id);
        answer.put("podname", app.workload());
        answer.put("clustername", "null");
        answer.put("reviews", List.of(stars.review("Reviewer1"), stars.review("Reviewer2")));
        return answer;
    }

    /// @param color null for a version that has no stars
    /// @param ratings null when `ratings` didn't answer well
    private record Stars(@Nullable String color, @Nullable JsonNode ratings) {
        static Stars of(Answer answer, String color) {
            if (!answer.good()) {
                return new Stars(color, null);
            }
            try {
                return new Stars(
                        color, JsonMapper.shared().readTree(answer.body()).get("ratings"));
            } catch (JacksonException e) {
                return new Stars(color, null);
            }
        }

        Map<String, Object> review(String reviewer) {
            var review = new LinkedHashMap<String, Object>();
            review.put("reviewer", reviewer);
            review.put("text", String.valueOf(TEXTS.get(reviewer)));
            if (color != null) {
                JsonNode stars = ratings == null ? null : ratings.get(reviewer);
                review.put(
                        "rating",
                        stars == null
                                ? Map.of("error", "Ratings service is currently unavailable")
                                : Map.of("stars", stars.asInt(), "color", color));
            }
            return review;
        }
    }
}
