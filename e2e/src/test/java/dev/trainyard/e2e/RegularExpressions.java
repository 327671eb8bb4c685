package dev.trainyard.e2e;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** All regular expressions in the product's sources, with how each is applied. Read from the syntax tree, so that a new one is found. */
final class RegularExpressions {

    /** @param whole only ever matched against a whole text; otherwise it is searched for as well */
    record Expression(String place, Pattern pattern, boolean whole) {
        @Override
        public String toString() {
            return place + " " + pattern.pattern();
        }
    }

    private static final Set<String> OF_STRING = Set.of("matches", "replaceAll", "replaceFirst", "split");

    /** Our own methods that take a regular expression for a whole text: with as many arguments, at this place. */
    private static final Map<String, Integer> OWN =
            Map.of("matching/2", 0, "matching/3", 0, "text/3", 1, "texts/3", 1, "mode/3", 1, "namespace/2", 1);

    private final List<Expression> found = new ArrayList<>();
    private final List<String> notConstant = new ArrayList<>();

    private RegularExpressions() {}

    static RegularExpressions of(Path root) throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(root)) {
            sources = files.filter(file ->
                            file.toString().endsWith(".java") && file.toString().contains("/src/main/java/"))
                    .sorted()
                    .toList();
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<CompilationUnitTree> units = new ArrayList<>();
        SourcePositions positions;
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(sources));
            task.parse().forEach(units::add);
            positions = Trees.instance(task).getSourcePositions();
        }
        RegularExpressions all = new RegularExpressions();
        Constants constants = new Constants();
        // Twice: a constant may be made of one that is declared further down.
        units.forEach(unit -> constants.scan(unit, null));
        units.forEach(unit -> constants.scan(unit, null));
        units.forEach(unit -> all.new Finder(positions, constants, new Uses(unit)).scan(unit, null));
        return all;
    }

    List<Expression> found() {
        return List.copyOf(found);
    }

    /** Where an expression is made while the product runs. */
    List<String> notConstant() {
        return List.copyOf(notConstant);
    }

    private static String file(CompilationUnitTree unit) {
        return Path.of(unit.getSourceFile().getName()).getFileName().toString().replace(".java", "");
    }

    /** Texts by the name of their variable, alone and with the class before it. */
    private static final class Constants extends TreePathScanner<@Nullable Void, @Nullable Void> {

        private final Map<String, String> texts = new HashMap<>();

        @Override
        public @Nullable Void visitVariable(VariableTree variable, @Nullable Void none) {
            String file = file(getCurrentPath().getCompilationUnit());
            ExpressionTree value = variable.getInitializer();
            if (value != null) {
                folded(file, value).ifPresent(text -> texts.put(file + "." + variable.getName(), text));
            }
            return super.visitVariable(variable, none);
        }

        Optional<String> folded(String file, Tree tree) {
            return switch (tree) {
                case LiteralTree literal
                when literal.getValue() != null ->
                    Optional.of(literal.getValue().toString());
                case ParenthesizedTree inner -> folded(file, inner.getExpression());
                case BinaryTree sum
                when sum.getKind() == Tree.Kind.PLUS ->
                    folded(file, sum.getLeftOperand())
                            .flatMap(left -> folded(file, sum.getRightOperand()).map(right -> left + right));
                case IdentifierTree name -> Optional.ofNullable(texts.get(file + "." + name.getName()));
                case MemberSelectTree of -> Optional.ofNullable(texts.get(of.toString()));
                case MethodInvocationTree call
                when call.getMethodSelect().toString().equals("Pattern.compile") ->
                    folded(file, call.getArguments().getFirst());
                case MethodInvocationTree call
                when call.getMethodSelect() instanceof MemberSelectTree select
                        && select.getIdentifier().contentEquals("pattern") -> folded(file, select.getExpression());
                default -> Optional.empty();
            };
        }
    }

    /** The names of patterns of which something is searched for, within one file. */
    private static final class Uses extends TreePathScanner<@Nullable Void, @Nullable Void> {

        private static final Set<String> SEARCHES =
                Set.of("find", "results", "replaceAll", "replaceFirst", "lookingAt", "split", "splitAsStream");

        private final Set<String> searched = new HashSet<>();
        private final Map<String, String> patternOf = new HashMap<>();

        Uses(CompilationUnitTree unit) {
            scan(unit, null);
        }

        boolean whole(String pattern) {
            return !searched.contains(pattern);
        }

        @Override
        public @Nullable Void visitVariable(VariableTree variable, @Nullable Void none) {
            if (variable.getInitializer() instanceof MethodInvocationTree call) {
                matched(call)
                        .ifPresent(pattern -> patternOf.put(variable.getName().toString(), pattern));
            }
            return super.visitVariable(variable, none);
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void none) {
            if (call.getMethodSelect() instanceof MemberSelectTree select
                    && SEARCHES.contains(select.getIdentifier().toString())) {
                switch (select.getExpression()) {
                    case MethodInvocationTree before -> matched(before).ifPresent(searched::add);
                    case IdentifierTree name -> {
                        searched.add(name.toString());
                        searched.add(patternOf.getOrDefault(name.toString(), ""));
                    }
                    default -> {}
                }
            }
            return super.visitMethodInvocation(call, none);
        }

        /** How it is applied, the reference does not tell. */
        @Override
        public @Nullable Void visitMemberReference(MemberReferenceTree reference, @Nullable Void none) {
            String method = reference.getName().toString();
            if (method.equals("asPredicate") || method.equals("find")) {
                searched.add(reference.getQualifierExpression().toString());
            }
            return super.visitMemberReference(reference, none);
        }

        private static Optional<String> matched(MethodInvocationTree call) {
            return call.getMethodSelect() instanceof MemberSelectTree select
                            && select.getIdentifier().contentEquals("matcher")
                    ? Optional.of(select.getExpression().toString())
                    : Optional.empty();
        }
    }

    private final class Finder extends TreePathScanner<@Nullable Void, @Nullable Void> {

        private final SourcePositions positions;
        private final Constants constants;
        private final Uses uses;

        Finder(SourcePositions positions, Constants constants, Uses uses) {
            this.positions = positions;
            this.constants = constants;
            this.uses = uses;
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void none) {
            String method = switch (call.getMethodSelect()) {
                case MemberSelectTree select -> select.getIdentifier().toString();
                case IdentifierTree name -> name.toString();
                default -> "";
            };
            String on = call.getMethodSelect() instanceof MemberSelectTree select
                    ? select.getExpression().toString()
                    : "";
            List<? extends ExpressionTree> arguments = call.getArguments();
            Integer own = OWN.get(method + "/" + arguments.size());
            if (own != null) {
                add(arguments.get(own), 0, true);
            } else if (on.equals("Pattern") && method.equals("compile")) {
                add(arguments.getFirst(), flags(call), uses.whole(variable()));
            } else if (OF_STRING.contains(method) && !arguments.isEmpty() && isText(call)) {
                add(arguments.getFirst(), 0, method.equals("matches"));
            }
            return super.visitMethodInvocation(call, none);
        }

        /** The variable that the expression is for; its own text where it has none. */
        private String variable() {
            Tree parent = getCurrentPath().getParentPath().getLeaf();
            return parent instanceof VariableTree variable
                    ? variable.getName().toString()
                    : getCurrentPath().getLeaf().toString();
        }

        private void add(Tree expression, int flags, boolean whole) {
            CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
            String place =
                    file(unit) + ":" + unit.getLineMap().getLineNumber(positions.getStartPosition(unit, expression));
            constants
                    .folded(file(unit), expression)
                    .ifPresentOrElse(
                            regex -> found.add(new Expression(place, Pattern.compile(regex, flags), whole)),
                            () -> notConstant.add(file(unit) + ": " + expression));
        }

        /** Not a class of ours with a method of that name, nor a matcher. */
        private static boolean isText(MethodInvocationTree call) {
            ExpressionTree on =
                    call.getMethodSelect() instanceof MemberSelectTree select ? select.getExpression() : call;
            return switch (on) {
                case IdentifierTree name -> Character.isLowerCase(name.getName().charAt(0));
                case MethodInvocationTree before ->
                    before != call && !before.getMethodSelect().toString().endsWith(".matcher");
                default -> true;
            };
        }

        private static int flags(MethodInvocationTree call) {
            int flags = 0;
            for (Tree argument :
                    call.getArguments().subList(1, call.getArguments().size())) {
                for (String flag : argument.toString().split("[^A-Z_]+", -1)) {
                    flags |= switch (flag) {
                        case "MULTILINE" -> Pattern.MULTILINE;
                        case "CASE_INSENSITIVE" -> Pattern.CASE_INSENSITIVE;
                        case "DOTALL" -> Pattern.DOTALL;
                        default -> 0;
                    };
                }
            }
            return flags;
        }
    }
}
