package dev.meltemi.proxy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;

/// A proxy that makes more connections to one endpoint than its network namespace has local ports: `ScarcePorts
/// STREAMS`. Says what the caller heard, what was told of it, and what is heard when there are ports again.
final class ScarcePorts {
    private ScarcePorts() {}

    public static void main(String[] args) throws IOException {
        int streams = Integer.parseInt(args[0]);
        var go = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    while (visit.readRequest()) {
                        Awaitility.await().until(() -> go.getCount() == 0);
                        visit.write(RecordingOrigin.OK);
                    }
                });
                var proxy = new ProxyUnderTest();
                var caller = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            System.out.println("ready");
            for (int i = 0; i < streams; i++) {
                caller.get(1 + 2 * i, "/" + i);
            }
            caller.flush();
            int free = free(proxy, origin, streams);
            proxy.log.forEach(entry -> System.out.println(
                    "ended " + entry.responseCode() + " " + entry.responseFlags() + " " + entry.responseCodeDetails()));
            System.out.println("connected " + free);
            go.countDown();
            var statuses = new ArrayList<String>();
            for (int i = 0; i < streams; i++) {
                statuses.add(caller.answer(1 + 2 * i).status);
            }
            statuses.forEach(status -> System.out.println("status " + status));
            System.out.println("after " + caller.get(1 + 2 * streams, "/").answer(1 + 2 * streams).status);
            System.out.println("done");
        }
    }

    /// How many got a port, once all others have been told of.
    private static int free(ProxyUnderTest proxy, RecordingOrigin origin, int streams) {
        Awaitility.await().until(() -> proxy.log.size() + origin.visits().size() == streams);
        return origin.visits().size();
    }
}
