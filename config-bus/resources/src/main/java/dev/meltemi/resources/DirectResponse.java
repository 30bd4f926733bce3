package dev.meltemi.resources;

/// An answer that the proxy gives by itself.
///
/// @param body as it is sent; never written to
@SuppressWarnings("ArrayRecordComponent") // handed from the parser to the compiler, compared by nobody
public record DirectResponse(int status, byte[] body) {}
