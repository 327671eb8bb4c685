package dev.trainyard.core.draft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.Seeds;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What is filled in is compared as a YAML library reads it, which knows nothing of ours. */
class DraftPropertyTest {

    private static final Set<String> OWN_NAMES = Set.of("environment", "labels", "args", "volumes", "networks");

    @Test
    void every_command_wherever_nested_gets_the_words_and_all_else_stays_in_its_order() {
        Seeds.each(1000, seed -> {
            String draft = NestedDraft.of(seed);
            List<Parameter> parameters = parameters(new Random(seed));

            String filled = ComposeDraft.fill(draft, "draft.yml", parameters);

            assertThat(inOrder(load(filled)))
                    .as("%s%n=>%n%s", draft, filled)
                    .isEqualTo(inOrder(expected(load(draft), Parameter.words(parameters))));
        });
    }

    @Test
    void declared_parameters_are_appended_in_the_declared_order_not_the_given_one() {
        Seeds.each(500, seed -> {
            Random random = new Random(seed);
            List<ParameterDeclaration> declared = new ArrayList<>();
            Map<String, ParameterValue> given = new LinkedHashMap<>();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                String name = "p" + i;
                boolean isGiven = random.nextBoolean();
                @Nullable String preset = random.nextBoolean() ? "default" + i : null;
                declared.add(new ParameterDeclaration(
                        name, ParameterType.STRING, preset, false, List.of(), null, null, null));
                if (isGiven) {
                    given.put("-".repeat(random.nextInt(3)) + name, new ParameterValue.Text("value" + i));
                }
                if (isGiven || preset != null) {
                    expected.addAll(List.of("--" + name, isGiven ? "value" + i : preset));
                }
            }

            List<Parameter> applied =
                    new ParameterDeclarations(declared).apply(shuffled(given, random), UnaryOperator.identity());

            assertThat(Parameter.words(applied)).isEqualTo(expected);
        });
    }

    @Test
    void without_declarations_everything_is_appended_in_the_order_given() {
        Seeds.each(300, seed -> {
            List<Parameter> parameters = parameters(new Random(seed));
            Map<String, ParameterValue> given = new LinkedHashMap<>();
            parameters.forEach(each -> given.put(each.name(), new ParameterValue.Text(String.valueOf(each.value()))));

            assertThat(ParameterDeclarations.ANY.apply(given, UnaryOperator.identity()))
                    .isEqualTo(parameters);
        });
    }

    private static Map<String, ParameterValue> shuffled(Map<String, ParameterValue> given, Random random) {
        List<String> names = new ArrayList<>(given.keySet());
        Collections.shuffle(names, random);
        return names.stream()
                .collect(Collectors.toMap(name -> name, name -> given.get(name), (a, _) -> a, LinkedHashMap::new));
    }

    private static List<Parameter> parameters(Random random) {
        List<Parameter> parameters = new ArrayList<>();
        String[] values = {"0.1", "", "a b", "it's", "\"", "-1", "漢😀", "{}", "#", "a: b", "null", "1e-3", "\\n", "a\nb"
        };
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            parameters.add(
                    new Parameter("-".repeat(random.nextInt(3)) + "p" + i, values[random.nextInt(values.length)]));
        }
        return parameters;
    }

    private static Object load(String yaml) {
        return new Load(LoadSettings.builder().build()).loadFromString(yaml);
    }

    private static @Nullable Object expected(@Nullable Object node, List<String> words) {
        return switch (node) {
            case List<?> list ->
                list.stream().map(item -> expected(item, words)).collect(Collectors.toList());
            case Map<?, ?> map -> {
                Map<Object, @Nullable Object> result = new LinkedHashMap<>();
                map.forEach((name, value) -> result.put(
                        name,
                        name.equals("command")
                                ? appended(value, words)
                                : OWN_NAMES.contains(name.toString()) ? value : expected(value, words)));
                yield result;
            }
            case null -> null;
            default -> node;
        };
    }

    private static Object appended(@Nullable Object command, List<String> words) {
        if (command instanceof String text) {
            return text + " " + words.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
        }
        List<Object> all = new ArrayList<>(command instanceof List<?> list ? list : List.of());
        all.addAll(words);
        return all;
    }

    /** Maps as lists of their entries: two maps are equal whatever their order, two lists are not. */
    private static @Nullable Object inOrder(@Nullable Object node) {
        return switch (node) {
            case List<?> list -> list.stream().map(DraftPropertyTest::inOrder).collect(Collectors.toList());
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry ->
                                new ArrayList<>(java.util.Arrays.asList(entry.getKey(), inOrder(entry.getValue()))))
                        .collect(Collectors.toList());
            case null -> null;
            default -> node;
        };
    }
}
