package dev.meltemi.bookinfo;

import dev.meltemi.bookinfo.ServiceCaller.Answer;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.cookie.Cookie;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/// The page, and the same as an API: `/productpage`, `/api/v1/products…`. A user who has signed in (`/login`) is
/// named to the other services in the header `end-user`, by which Istio's sample rules route.
final class Productpage {
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final List<Map<String, Object>> PRODUCTS = List.of(Map.of(
            "id", 0,
            "title", "The Comedy of Errors",
            "descriptionHtml", "One of Shakespeare's early plays, and one of his shortest."));

    private final ServiceCaller mesh;

    Productpage(ServiceCaller mesh) {
        this.mesh = mesh;
    }

    void install(HttpServerRoutes routes) {
        routes.get(
                "/",
                (request, response) -> Answers.text(response, 200, "text/html; charset=utf-8", BookPage.welcome()));
        routes.get("/productpage", this::page);
        routes.post("/login", this::login);
        routes.get("/logout", (request, response) -> signedIn(response, ""));
        routes.get("/api/v1/products", (request, response) -> Answers.json(response, 200, PRODUCTS));
        routes.get("/api/v1/products/{id}", (request, response) -> pass("details", "/details/", request, response));
        routes.get(
                "/api/v1/products/{id}/reviews",
                (request, response) -> pass("reviews", "/reviews/", request, response));
        routes.get(
                "/api/v1/products/{id}/ratings",
                (request, response) -> pass("ratings", "/ratings/", request, response));
    }

    private Publisher<Void> page(HttpServerRequest request, HttpServerResponse response) {
        HttpHeaders incoming = withUser(request);
        return Mono.zip(mesh.get("details", "/details/0", incoming), mesh.get("reviews", "/reviews/0", incoming))
                .flatMap(both -> Mono.from(Answers.text(
                        response,
                        200,
                        "text/html; charset=utf-8",
                        BookPage.of(both.getT1(), both.getT2(), incoming.get("end-user")))));
    }

    private Publisher<Void> pass(String service, String path, HttpServerRequest request, HttpServerResponse response) {
        return mesh.get(service, path + request.param("id"), withUser(request))
                .flatMap(answer -> Mono.from(passed(answer, service, response)));
    }

    private static Publisher<Void> passed(Answer answer, String service, HttpServerResponse response) {
        return answer.status() == 0
                ? Answers.json(response, 503, Map.of("error", service + " is unavailable: " + answer.body()))
                : Answers.text(response, answer.status(), "application/json", answer.body());
    }

    private Publisher<Void> login(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asString(StandardCharsets.UTF_8)
                .defaultIfEmpty("")
                .flatMap(form -> {
                    List<String> names =
                            new QueryStringDecoder(form, false).parameters().getOrDefault("username", List.of());
                    return Mono.from(signedIn(response, names.isEmpty() ? "" : names.getFirst()));
                });
    }

    private static Publisher<Void> signedIn(HttpServerResponse response, String user) {
        String value = USER.matcher(user).matches() ? user : "";
        return response.status(302)
                .header("location", "/productpage")
                .header(
                        "set-cookie",
                        "session=" + value + "; Path=/; HttpOnly" + (value.isEmpty() ? "; Max-Age=0" : ""))
                .send();
    }

    private static HttpHeaders withUser(HttpServerRequest request) {
        HttpHeaders headers = request.requestHeaders().copy();
        headers.remove("end-user");
        request.allCookies().values().stream()
                .flatMap(List::stream)
                .filter(cookie -> cookie.name().equals("session"))
                .map(Cookie::value)
                .filter(user -> USER.matcher(user).matches())
                .findFirst()
                .ifPresent(user -> headers.set("end-user", user));
        return headers;
    }
}
