package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// h2spec, which tries what RFC 7540, 7541 and 9113 demand of a server. Skipped where it isn't installed:
/// `go install github.com/summerwind/h2spec/cmd/h2spec@latest`.
class Http2SpecTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void every_case_passes_in_plaintext() throws IOException, InterruptedException {
        Path h2spec = installed();
        // an application behind an inbound port is spoken to as its caller speaks
        try (var origin = new Http2Origin(Http2SpecTest::answer)) {
            InetSocketAddress inbound = proxy.inbound(origin.address());
            try (var warm = new FrameClient(inbound)) {
                warm.get(1, "/").answer(1);
            }

            String report = run(h2spec, inbound);

            assertThat(report).contains(" 0 failed");
        }
    }

    @Test
    void every_case_passes_behind_tls(@TempDir Path folder) throws Exception {
        Path h2spec = installed();
        new SecretFolder(folder).put("any", SecretFolder.of(new MeshAuthority(), SecretFolder.dns("any.example.com")));
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", GatewayUnderTest.credential("any"), "*")) {

            String report = run(h2spec, gateway.address(), "--tls", "--insecure");

            assertThat(report).contains(" 0 failed");
        }
    }

    private static void answer(Http2Origin.Call call) {
        if ("HEAD".contentEquals(call.head.method())) {
            call.head(true, ":status", "200");
        } else {
            call.ok("hello");
        }
    }

    private static Path installed() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        Stream<Path> places = Stream.concat(
                Arrays.stream(path.split(":")).map(Path::of),
                Stream.of(Path.of(System.getProperty("user.home"), "go", "bin")));
        Optional<Path> found = places.map(place -> place.resolve("h2spec"))
                .filter(Files::isExecutable)
                .findFirst();
        Assumptions.assumeTrue(found.isPresent(), "h2spec is neither on the PATH nor in ~/go/bin");
        return found.orElseThrow();
    }

    private static String run(Path h2spec, InetSocketAddress address, String... more)
            throws IOException, InterruptedException {
        Path report = Files.createTempFile("h2spec", ".txt");
        try {
            var command = new ArrayList<>(List.of(
                    h2spec.toString(),
                    "--host",
                    address.getAddress().getHostAddress(),
                    "--port",
                    Integer.toString(address.getPort()),
                    "--timeout",
                    "5"));
            command.addAll(List.of(more));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(report.toFile())
                    .start();
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly().waitFor();
            }
            return Files.readString(report, StandardCharsets.UTF_8);
        } finally {
            Files.delete(report);
        }
    }
}
