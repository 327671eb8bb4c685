package dev.trainyard.core.draft;

import java.util.Random;

/** A nested YAML text with commands in many places and spellings, chosen by chance, the same for the same seed. */
final class NestedDraft {

    private static final String[] SCALARS = {
        "plain",
        "'single ''quoted'",
        "\"double \\\"quoted\\\"\"",
        "1e-3",
        "0644",
        "true",
        "~",
        "\"\"",
        "a:b",
        "'# no comment'",
        "\"漢😀\"",
        "/data/x:/y",
        "\"${TAG:-1}\""
    };

    private final Random random;
    private final StringBuilder text = new StringBuilder();
    private int commands;
    private int names;

    private NestedDraft(long seed) {
        random = new Random(seed);
    }

    /** Has at least one command that is not among names of the author's own. */
    static String of(long seed) {
        NestedDraft draft = new NestedDraft(seed);
        draft.mapping(0, 3 + draft.random.nextInt(3));
        if (draft.commands == 0) {
            draft.command(0);
        }
        return draft.text.toString();
    }

    private void mapping(int depth, int entries) {
        boolean hasCommand = false;
        for (int i = 0; i < entries; i++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    if (!hasCommand) {
                        command(depth);
                        hasCommand = true;
                    }
                }
                case 2 -> line(depth, name() + ": " + scalar() + comment());
                case 3 -> line(depth, name() + ": [" + scalar() + ", " + scalar() + "]");
                case 4 -> {
                    line(depth, name() + ": {x" + names++ + ": " + scalar() + ", command: [" + scalar() + "]}");
                    commands++;
                }
                case 5 -> {
                    line(depth, "environment" + ":" + comment());
                    line(depth + 1, "command: [not, a, program]");
                    return;
                }
                case 6 -> {
                    line(depth, name() + ":");
                    for (int item = 0; item < 2; item++) {
                        line(depth, "- k: " + scalar());
                        text.append(random.nextBoolean() ? "\n" : "");
                        command(depth + 1);
                    }
                }
                default -> {
                    if (depth < 5) {
                        line(depth, name() + ":" + comment());
                        mapping(depth + 1, 1 + random.nextInt(3));
                        line(depth + 1, name() + ": end");
                    }
                }
            }
        }
    }

    private void command(int depth) {
        commands++;
        switch (random.nextInt(7)) {
            case 0 -> line(depth, "command: [" + scalar() + " , " + scalar() + "]" + comment());
            case 1 -> line(depth, "command: []");
            case 2 -> line(depth, "command:" + comment());
            case 3 -> line(depth, "command: python main.py" + comment());
            case 4 -> line(depth, "command: \"python \\\"main.py\\\"\"" + comment());
            case 5 -> {
                line(depth, "command:" + comment());
                line(depth + 1, "- " + scalar() + comment());
                line(depth + 1, "- " + scalar());
            }
            default -> {
                line(depth, "command: >-");
                line(depth + 1, "python main.py");
                line(depth + 1, "--x 1");
            }
        }
    }

    private String name() {
        return new String[] {"services", "train", "x-base", "deploy", "key"}[random.nextInt(5)] + names++;
    }

    private String scalar() {
        return SCALARS[random.nextInt(SCALARS.length)];
    }

    private String comment() {
        return random.nextInt(3) == 0 ? "   # said by the author" : "";
    }

    private void line(int depth, String content) {
        text.append("  ".repeat(depth)).append(content).append('\n');
    }
}
