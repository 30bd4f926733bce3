package dev.meltemi.houserules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What a reader meets: names that say something, files that fit in the head, tests that run.
class NamesAndSizesTest {
    private static final Pattern EMPTY_WORD =
            Pattern.compile(".*(Util|Utils|Helper|Manager|Impl|Common|Constants)\\.java");
    /// Written in halves, so that this file doesn't find itself.
    private static final Pattern POSTPONED =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b|@Dis" + "abled|Thread\\.sl" + "eep");

    /// A ceiling for the rare file that is long for a reason; most are below 100 lines.
    private static final int LONGEST = 500;

    @Test
    void no_file_is_named_by_an_empty_word() {
        assertThat(SourceFiles.named(".java"))
                .noneMatch(file ->
                        EMPTY_WORD.matcher(String.valueOf(file.getFileName())).matches());
    }

    @Test
    void no_file_is_longer_than_one_can_hold_in_the_head() {
        assertThat(SourceFiles.named(".java"))
                .allSatisfy(file -> assertThat(SourceFiles.read(file).lines().count())
                        .as(file.toString())
                        .isLessThanOrEqualTo(LONGEST));
    }

    @Test
    void nothing_is_postponed_switched_off_or_slept_through() {
        assertThat(SourceFiles.named(".java").stream()
                        .filter(file ->
                                POSTPONED.matcher(SourceFiles.read(file)).find())
                        .toList())
                .isEmpty();
    }

    @Test
    void the_readme_fits_on_two_screens() {
        assertThat(SourceFiles.read(SourceFiles.root().resolve("README.md")).lines())
                .hasSizeLessThanOrEqualTo(120);
    }

    @Test
    void every_package_is_null_marked() {
        List<Path> packages = SourceFiles.named("package-info.java");

        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(file ->
                        assertThat(SourceFiles.read(file)).as(file.toString()).contains("@NullMarked"));
        List<Path> marked = packages.stream().map(Path::getParent).toList();
        assertThat(SourceFiles.named(".java").stream().map(Path::getParent).distinct())
                .as("directories with Java files but without a package-info in main or test of the same package")
                .allMatch(folder ->
                        marked.contains(folder) || marked.stream().anyMatch(other -> samePackage(other, folder)));
    }

    private static boolean samePackage(Path one, Path other) {
        return packageOf(one).equals(packageOf(other));
    }

    private static String packageOf(Path folder) {
        String text = folder.toString();
        int java = text.lastIndexOf("/java/");
        return java < 0 ? text : text.substring(java + "/java/".length());
    }
}
