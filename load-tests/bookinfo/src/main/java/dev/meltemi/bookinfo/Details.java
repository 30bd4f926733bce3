package dev.meltemi.bookinfo;

import java.util.LinkedHashMap;
import java.util.Map;
import reactor.netty.http.server.HttpServerRoutes;

/// What is known of a book: `GET /details/{id}`.
final class Details {
    void install(HttpServerRoutes routes) {
        routes.get("/details/{id}", (request, response) -> {
            var id = Answers.productId(String.valueOf(request.param("id")));
            return id.isPresent()
                    ? Answers.json(response, 200, book(id.getAsInt()))
                    : Answers.json(response, 400, Map.of("error", "please provide numeric product ID"));
        });
    }

    private static Map<String, Object> book(int id) {
        var book = new LinkedHashMap<String, Object>();
        book.put("id", id);
        book.put("author", "William Shakespeare");
        book.put("year", 1595);
        book.put("type", "paperback");
        book.put("pages", 200);
        book.put("publisher", "PublisherA");
        book.put("language", "English");
        book.put("ISBN-10", "1234567890");
        book.put("ISBN-13", "123-1234567890");
        return book;
    }
}
