package dev.meltemi.proxy;

import io.netty.handler.codec.http.HttpVersion;

/// What a caller speaks.
enum Protocol {
    HTTP_1_0("HTTP/1.0"),
    HTTP_1_1("HTTP/1.1"),
    HTTP_2("HTTP/2");

    private final String text;

    Protocol(String text) {
        this.text = text;
    }

    static Protocol of(HttpVersion version) {
        return version.minorVersion() > 0 ? HTTP_1_1 : HTTP_1_0;
    }

    /// As Envoy's `%PROTOCOL%`.
    String text() {
        return text;
    }
}
