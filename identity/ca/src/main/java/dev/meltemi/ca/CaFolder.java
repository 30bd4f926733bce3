package dev.meltemi.ca;

import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Keys;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// The folder that `meltemi ca init` makes, without any other process:
///
/// ```
///  DIR/root.pem                     for everybody
///  DIR/ca/root-key.pem, token-key.pem   encrypted; token.pem is the public half, passphrase only if none was given
///  DIR/ca|broker|admission|…/       cert.pem, key.pem, roots.pem: a member's credentials
/// ```
///
/// Folders have mode 0700, files with anything secret 0600.
///
/// @param folder `DIR`
public record CaFolder(Path folder) {
    /// Where members of the mesh itself live.
    public static final String NAMESPACE = "istio-system";

    /// Each gets a folder of credentials, and its name as role.
    public static final List<String> MEMBERS =
            List.of("ca", "broker", "admission", "route-compiler", "registry", "operator", "people", "analyst");

    private static final String ROOT_KEY = "root-key.pem";
    private static final String TOKEN_KEY = "token-key.pem";
    private static final String TOKEN_PUBLIC = "token.pem";
    private static final String PASSPHRASE = "passphrase";
    private static final int PASSPHRASE_BYTES = 24;

    /// @param brokerHosts DNS names or addresses in the broker's certificate
    /// @param passphrase empty: a random one is made and kept in the folder `ca`
    public record Plan(String trustDomain, List<String> brokerHosts, Optional<char[]> passphrase) {
        public Plan {
            brokerHosts = List.copyOf(brokerHosts);
        }
    }

    /// Root, token key and their use; what `ca run` needs.
    public record Opened(Authority authority, ECPublicKey tokens) {}

    /// Makes everything; nothing that exists is overwritten.
    ///
    /// @throws CaException naming what exists already, or what can't be written
    public Authority init(Plan plan, Instant now, SecureRandom random) {
        var existing = MEMBERS.stream()
                .map(folder::resolve)
                .filter(Files::exists)
                .map(Path::toString)
                .toList();
        if (Files.exists(rootFile()) || !existing.isEmpty()) {
            throw new CaException(
                    "there is a CA in " + folder + " already, and nothing is overwritten: "
                            + (Files.exists(rootFile()) ? rootFile() + " " : "") + String.join(" ", existing)
                            + "; next: \"meltemi ca issue\" renews credentials; for another CA name another folder",
                    null);
        }
        try {
            var authority = Authority.create(plan.trustDomain(), now, random);
            privateFolder(folder);
            var ca = privateFolder(own());
            char[] passphrase = plan.passphrase().orElse(null);
            int iterations = passphrase == null ? Pem.QUICK : Pem.SLOW;
            if (passphrase == null) {
                byte[] bytes = new byte[PASSPHRASE_BYTES];
                random.nextBytes(bytes);
                var made = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
                write(ca.resolve(PASSPHRASE), made + "\n", true);
                passphrase = made.toCharArray();
            }
            var tokens = Keys.make(random);
            write(ca.resolve(ROOT_KEY), Pem.encrypted(authority.key(), passphrase, iterations, random), true);
            write(ca.resolve(TOKEN_KEY), Pem.encrypted(tokens.getPrivate(), passphrase, iterations, random), true);
            write(ca.resolve(TOKEN_PUBLIC), Pem.of(tokens.getPublic()), false);
            for (String member : MEMBERS) {
                issue(authority, member, member.equals("broker") ? plan.brokerHosts() : List.of(), now);
            }
            // last: it is what says that all is there
            write(rootFile(), Pem.of(List.of(authority.root())), false);
            return authority;
        } catch (IOException e) {
            throw new CaException(
                    "the CA's folder " + folder + " can't be written: " + e
                            + "; next: name a folder that this user may write",
                    e);
        }
    }

    /// Writes a member's credentials anew; they live 90 days. A broker keeps the names that it has when none are given.
    ///
    /// @throws CaException when they can't be written
    public Credential issue(Authority authority, String member, List<String> hosts, Instant now) {
        try {
            var id = new SpiffeId(authority.trustDomain(), NAMESPACE, member);
            var names = new ArrayList<>(hosts);
            var place = folder.resolve(member);
            if (names.isEmpty() && Files.exists(place.resolve("cert.pem"))) {
                var before = Pem.certificates(Files.readString(place.resolve("cert.pem")))
                        .getFirst();
                names.addAll(ServerNames.of(before));
            }
            var credential = authority.issue(id, member, names, Authority.LONGEST_LIFE, now);
            privateFolder(place);
            write(place.resolve("key.pem"), Pem.of(credential.key()), true);
            write(place.resolve("cert.pem"), Pem.of(credential.chain()), false);
            write(place.resolve("roots.pem"), Pem.of(List.of(authority.root())), false);
            return credential;
        } catch (IOException e) {
            throw new CaException("the credentials of " + member + " can't be written in " + folder + ": " + e, e);
        }
    }

    /// @param passphrase empty: the one that is kept in the folder `ca`
    /// @throws CaException naming the file and what is wrong with it
    public Opened open(Optional<char[]> passphrase, SecureRandom random) {
        var root = parsed(rootFile(), text -> Pem.certificates(text).getFirst());
        var key = key(ROOT_KEY, passphrase);
        try {
            var tokens = parsed(own().resolve(TOKEN_PUBLIC), Pem::publicKey);
            if (!(tokens instanceof ECPublicKey ec)) {
                throw new IllegalArgumentException("the token key isn't an EC key");
            }
            return new Opened(Authority.of(root, key, random), ec);
        } catch (IllegalArgumentException e) {
            throw broken(rootFile(), e);
        }
    }

    /// What signs join tokens.
    ///
    /// @throws CaException naming the file and what is wrong with it
    public PrivateKey tokenKey(Optional<char[]> passphrase) {
        return key(TOKEN_KEY, passphrase);
    }

    /// The trust domain of the root, without any key.
    public String trustDomain() {
        var root = parsed(rootFile(), text -> Pem.certificates(text).getFirst());
        return Authority.domainOf(root);
    }

    public Path rootFile() {
        return folder.resolve("root.pem");
    }

    /// Whether an earlier {@link #init} came to its end.
    public boolean exists() {
        return Files.exists(rootFile());
    }

    private Path own() {
        return folder.resolve("ca");
    }

    private PrivateKey key(String file, Optional<char[]> passphrase) {
        char[] opens = passphrase.orElseGet(
                () -> parsed(own().resolve(PASSPHRASE), text -> text.strip().toCharArray()));
        return parsed(own().resolve(file), text -> Pem.decrypted(text, opens));
    }

    private interface Parsing<T> {
        T parse(String text);
    }

    private static <T> T parsed(Path file, Parsing<T> parsing) {
        try {
            return parsing.parse(Files.readString(file));
        } catch (IOException | IllegalArgumentException e) {
            throw broken(file, e);
        }
    }

    private static CaException broken(Path file, Exception why) {
        return new CaException(
                "the CA's file " + file + " can't be used: "
                        + (why instanceof IOException ? why.toString() : why.getMessage())
                        + "; next: \"meltemi ca init --dir DIR\" makes a CA, --passphrase-file names what opens its"
                        + " keys",
                why);
    }

    private static Path privateFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        return folder;
    }

    private static void write(Path file, String text, boolean secret) throws IOException {
        Files.deleteIfExists(file);
        // created with its mode: nobody reads it between creation and a change of mode
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--")));
        Files.writeString(file, text, StandardCharsets.US_ASCII);
    }
}
