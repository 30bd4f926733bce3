package dev.meltemi.bookinfo;

import dev.meltemi.bookinfo.ServiceCaller.Answer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The page as HTML: which version of `reviews` answered is visible by its stars, which is the point of the sample.
final class BookPage {
    private static final String FRAME = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Simple Bookstore App</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1c2733 }
        h1 { font-weight: 600 } blockquote { margin: 1.2rem 0; padding-left: 1rem; border-left: 3px solid #9ab }
        small { color: #567 } .black { color: #111 } .red { color: #c22 } .error { color: #a40 }
        dt { float: left; clear: left; width: 8rem; color: #567 } dd { margin-left: 9rem }
        </style>
        </head>
        <body>
        %s
        </body>
        </html>
        """;

    private BookPage() {}

    static String welcome() {
        return FRAME.formatted("<h1>Bookinfo</h1><p><a href=\"/productpage\">The product page</a></p>");
    }

    static String of(Answer details, Answer reviews, @Nullable String user) {
        return FRAME.formatted("<h1>The Comedy of Errors</h1>"
                + signIn(user)
                + "<h2>Book details</h2>" + details(details)
                + "<h2>Book reviews</h2>" + reviews(reviews));
    }

    private static String signIn(@Nullable String user) {
        return user == null
                ? "<form method=\"post\" action=\"/login\"><input name=\"username\" placeholder=\"jason\""
                        + " aria-label=\"user name\"> <button>Sign in</button></form>"
                : "<p>" + escaped(user) + " (<a href=\"/logout\">sign out</a>)</p>";
    }

    private static String details(Answer answer) {
        JsonNode book = parsed(answer);
        if (book == null) {
            return "<p class=\"error\">Sorry, product details are currently unavailable for this book.</p>";
        }
        var html = new StringBuilder("<dl>");
        for (var field : book.properties()) {
            html.append("<dt>").append(escaped(field.getKey())).append("</dt><dd>");
            html.append(escaped(field.getValue().asString())).append("</dd>");
        }
        return html.append("</dl>").toString();
    }

    private static String reviews(Answer answer) {
        JsonNode found = parsed(answer);
        if (found == null || !found.has("reviews")) {
            return "<p class=\"error\">Sorry, product reviews are currently unavailable for this book.</p>";
        }
        var html = new StringBuilder();
        for (JsonNode review : found.get("reviews")) {
            html.append("<blockquote>").append(escaped(review.path("text").asString()));
            html.append("<br><small>")
                    .append(escaped(review.path("reviewer").asString()))
                    .append("</small> ");
            html.append(stars(review.path("rating"))).append("</blockquote>");
        }
        return html.append("<small>Reviews served by ")
                .append(escaped(found.path("podname").asString()))
                .append("</small>")
                .toString();
    }

    private static String stars(JsonNode rating) {
        if (rating.has("error")) {
            return "<span class=\"error\">" + escaped(rating.get("error").asString()) + "</span>";
        }
        int stars = rating.path("stars").asInt(0);
        return stars == 0
                ? ""
                : "<span class=\"" + (rating.path("color").asString().equals("red") ? "red" : "black") + "\">"
                        + "★".repeat(Math.min(stars, 5)) + "</span>";
    }

    private static @Nullable JsonNode parsed(Answer answer) {
        try {
            return answer.good() ? JsonMapper.shared().readTree(answer.body()) : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
