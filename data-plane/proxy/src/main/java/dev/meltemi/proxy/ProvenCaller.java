package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.ProvenPeer;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the mesh tells the application of its caller: whom the certificate has proven, behind what that
/// caller said of its own (Istio's APPEND_FORWARD). Of a caller that has proven nothing, no word of the
/// mesh's own counts.
final class ProvenCaller implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        HttpHeaders headers = exchange.headers;
        Caller caller = exchange.client.caller();
        ProvenPeer peer = caller.peer();
        String forwarded = "";
        if (peer != null) {
            @Nullable String labels = headers.get(PeerLabels.HEADER);
            if (labels != null) {
                caller.tells(labels);
            }
            List<String> before = headers.getAll(ForgedHeaders.CLIENT_CERTIFICATE);
            forwarded = before.isEmpty() ? peer.forwarded() : String.join(",", before) + "," + peer.forwarded();
        }
        ForgedHeaders.strip(headers);
        if (peer != null) {
            headers.set(ForgedHeaders.CLIENT_CERTIFICATE, forwarded);
        }
        next.proceed(exchange);
    }
}
