package dev.meltemi.cli;

import dev.meltemi.schemas.identity.OrderedRotation;
import dev.meltemi.schemas.identity.RotateRequest;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.workload.CaAddress;
import dev.meltemi.workload.CaClient;
import dev.meltemi.workload.CredentialsException;
import dev.meltemi.workload.CredentialsFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// Asks the CA in an operator's name. A class of its own, so that `--help` loads nothing of it.
final class CaDoor {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private CaDoor() {}

    /// @throws CommandFailure with the CA's words when it refuses, or why it can't be asked
    static List<OrderedRotation> rotate(String ca, Path credentials, RotateRequest request, InstantSource clock) {
        try {
            Identity operator = new CredentialsFolder(credentials).read();
            // the roots of the credentials count, not a fingerprint; one of them says the same
            var address =
                    CaAddress.of(ca, Pem.fingerprint(operator.trust().roots().getFirst()));
            var answer = new CaClient(address, clock).rotate(request, operator).block(PATIENCE);
            return answer == null ? List.of() : answer.getOrdered();
        } catch (CredentialsException | IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.DATA, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            var words = String.valueOf(e.getMessage());
            boolean refused = words.contains("only an operator");
            throw new CommandFailure(
                    refused ? ExitCode.PERMISSION : ExitCode.UNAVAILABLE,
                    "the CA at " + ca + " orders nothing: " + words
                            + (refused ? "" : "\nIs it running? --ca names it."),
                    e);
        }
    }
}
