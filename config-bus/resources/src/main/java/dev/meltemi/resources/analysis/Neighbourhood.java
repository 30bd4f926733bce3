package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.Finding;
import dev.meltemi.schemas.ResourceKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A mesh's documents as they change, and what each of them contradicts in those that it is tied to: the analyzers
/// which need no more than that run over a document's neighbours only. Not for several threads.
///
/// What needs to know who runs and which services exist (hosts, selectors, secrets, ports) is left to `analyze`.
public final class Neighbourhood {
    /// Neighbours that are looked at for one document.
    private static final int MOST = 200;

    private static final Set<Code> ACROSS = EnumSet.of(
            Code.IST0101,
            Code.IST0109,
            Code.IST0111,
            Code.IST0132,
            Code.IST0138,
            Code.IST0140,
            Code.IST0145,
            Code.IST0160,
            Code.IST0165,
            Code.IST0177,
            Code.KIA0201);

    private final AnalysisSettings settings = new AnalysisSettings(
            Analyzers.ALL.stream()
                    .filter(Analyzer::amongNeighbours)
                    .map(Analyzer::name)
                    .collect(Collectors.toSet()),
            Optional.empty(),
            false,
            false,
            Optional.empty(),
            List.of(),
            List.of(),
            Instant.EPOCH);

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Ties> ties = new HashMap<>();
    private final Map<String, Set<String>> offering = new HashMap<>();
    private final Map<String, Set<String>> seeking = new HashMap<>();

    /// A document in force.
    ///
    /// @param key of its record
    /// @return the keys of the documents, itself too, of which findings may have changed
    public Set<String> put(String key, String text) {
        Set<String> touched = remove(key);
        texts.put(key, text);
        Ties own = Ties.of(view(key, text));
        ties.put(key, own);
        own.offers()
                .forEach(tie -> offering.computeIfAbsent(tie, any -> new LinkedHashSet<>())
                        .add(key));
        own.seeks()
                .forEach(tie -> seeking.computeIfAbsent(tie, any -> new LinkedHashSet<>())
                        .add(key));
        touched.addAll(seekers(own));
        touched.add(key);
        return touched;
    }

    /// @return the keys of the documents of which findings may have changed
    public Set<String> remove(String key) {
        texts.remove(key);
        Ties before = ties.remove(key);
        if (before == null) {
            return new LinkedHashSet<>();
        }
        before.offers().forEach(tie -> leave(offering, tie, key));
        before.seeks().forEach(tie -> leave(seeking, tie, key));
        return seekers(before);
    }

    private static void leave(Map<String, Set<String>> index, String tie, String key) {
        Set<String> keys = index.get(tie);
        if (keys != null && keys.remove(key) && keys.isEmpty()) {
            index.remove(tie);
        }
    }

    private Set<String> seekers(Ties of) {
        Set<String> keys = new LinkedHashSet<>();
        of.offers().forEach(tie -> keys.addAll(seeking.getOrDefault(tie, Set.of())));
        return keys;
    }

    /// What the document contradicts, as warnings: nobody is refused for what others say.
    ///
    /// @return empty for a key without a document
    public List<Finding> findings(String key) {
        String text = texts.get(key);
        if (text == null) {
            return List.of();
        }
        View own = view(key, text);
        List<View> around = new ArrayList<>(List.of(own));
        neighbours(key).forEach(other -> around.add(view(other, texts.getOrDefault(other, ""))));
        return Analysis.of(around, settings).stream()
                .filter(one -> one.document() == own)
                .map(Diagnosis::finding)
                .filter(finding -> isAcross(finding.code()))
                .map(Neighbourhood::atMostWarning)
                .toList();
    }

    private Collection<String> neighbours(String key) {
        Set<String> keys = new LinkedHashSet<>();
        for (String tie : ties.getOrDefault(key, new Ties(Set.of(), Set.of())).seeks()) {
            for (String other : offering.getOrDefault(tie, Set.of())) {
                if (keys.size() < MOST && !other.equals(key)) {
                    keys.add(other);
                }
            }
        }
        return keys;
    }

    private static View view(String key, String text) {
        return View.of(text, ResourceKey.parse(key).map(ResourceKey::namespace).orElse(""));
    }

    private static Finding atMostWarning(Finding finding) {
        return finding.level() == Finding.Level.ERROR
                ? new Finding(
                        finding.code(),
                        Finding.Level.WARNING,
                        finding.at(),
                        finding.path(),
                        finding.text(),
                        finding.hint())
                : finding;
    }

    /// Whether a finding of this code speaks of other documents, so that it may come and go without its own.
    public static boolean isAcross(String code) {
        return ACROSS.stream().anyMatch(one -> one.name().equals(code));
    }
}
