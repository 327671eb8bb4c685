package dev.trainyard.worker.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** What a policy refuses of one run: a sentence each, and for each rule once how whoever runs the host can allow all of it. */
final class Refusals {

    private record Refused(String rule, String sentence) {}

    private final List<Refused> refused = new ArrayList<>();
    private final Map<String, List<String>> wanted = new LinkedHashMap<>();

    /** What no rule of a policy could allow, or should; the sentence has what to do. */
    void add(String sentence) {
        refused.add(new Refused("", sentence));
    }

    /** @param entry what the rule would have to say in addition */
    void add(String rule, String sentence, String entry) {
        refused.add(new Refused(rule, sentence));
        wanted.computeIfAbsent(rule, _ -> new ArrayList<>()).add(entry);
    }

    /** @param remedy of a rule, given all that it would have to say in addition: a rule in a file replaces the whole rule before */
    List<String> told(BiFunction<String, List<String>, String> remedy) {
        List<String> told = new ArrayList<>();
        for (int i = 0; i < refused.size(); i++) {
            String rule = refused.get(i).rule;
            boolean last = refused.subList(i + 1, refused.size()).stream().noneMatch(each -> each.rule.equals(rule));
            List<String> entries = wanted.getOrDefault(rule, List.of());
            told.add(refused.get(i).sentence + (last && !entries.isEmpty() ? " " + remedy.apply(rule, entries) : ""));
        }
        return told;
    }
}
