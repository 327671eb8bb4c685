package dev.trainyard.worker.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The refusals of a policy for one run: one sentence for each, and once per rule how the host's operator can allow all of it. */
final class Refusals {

    private record Refused(String rule, String sentence) {}

    private final String origin;
    private final List<Refused> refused = new ArrayList<>();
    private final Map<String, List<String>> wanted = new LinkedHashMap<>();

    /** @param origin source of the policy, for people */
    Refusals(String origin) {
        this.origin = origin;
    }

    /** The sentence that a rule refuses something. */
    String sentence(String rule, String what, String why) {
        return "%s %s by the rule %s of %s.".formatted(what, why, rule, origin);
    }

    /** Adds a refusal that no rule can or should allow. The sentence contains the remedy. */
    void add(String sentence) {
        refused.add(new Refused("", sentence));
    }

    /** @param entry the entry that the rule would need */
    void add(String rule, String sentence, String entry) {
        refused.add(new Refused(rule, sentence));
        wanted.computeIfAbsent(rule, _ -> new ArrayList<>()).add(entry);
    }

    /** @param remedy creates the remedy for a rule and all entries that it would need, because a rule in a file replaces the whole rule */
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
