package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.RequestLimits;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.text.PassableText;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.jdk.StringDeserializer;
import tools.jackson.databind.deser.std.StdScalarDeserializer;

/**
 * Checks query parameters and the texts in bodies before a controller reads them. It refuses a query parameter that the method does not
 * declare, because ignoring it would answer a different question. It also refuses one without a value, a repeated one, text that
 * Postgres cannot store, and what persons say of themselves or as a reason if it is too long to be shown with each job, draft or host.
 */
final class RequestTexts implements HandlerInterceptor {

    private static final String TOO_LONG = "has ";

    /** In characters. A list of jobs shows the reason of each. */
    private static final Map<String, Integer> LONGEST = Map.of("by", RequestLimits.longestPerson(), "reason", 1_000);

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method && request.getDispatcherType() == DispatcherType.REQUEST) {
            checkParameters(request.getParameterMap(), parameters(method));
            if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables) {
                variables.forEach((name, value) -> requirePassable(String.valueOf(name), String.valueOf(value)));
            }
        }
        return true;
    }

    /** For each parameter name: whether it may be repeated. */
    private static Map<String, Boolean> parameters(HandlerMethod method) {
        Map<String, Boolean> names = new TreeMap<>();
        for (MethodParameter parameter : method.getMethodParameters()) {
            RequestParam declared = parameter.getParameterAnnotation(RequestParam.class);
            if (declared != null) {
                names.put(
                        declared.name().isEmpty() ? parameter.getParameter().getName() : declared.name(),
                        List.class.isAssignableFrom(parameter.getParameterType()));
            }
        }
        return names;
    }

    private static void checkParameters(Map<String, String[]> given, Map<String, Boolean> known) {
        given.forEach((name, values) -> {
            if (!known.containsKey(name)) {
                throw ApiException.badRequest("there is no query parameter '%s' here%s"
                        .formatted(
                                name,
                                NearestName.among(known.keySet(), name)
                                        .map(". Did you mean %s?"::formatted)
                                        .orElse(
                                                known.isEmpty()
                                                        ? "; it takes none"
                                                        : "; it takes: " + String.join(", ", known.keySet()))));
            }
            if (values.length > 1 && !Boolean.TRUE.equals(known.get(name))) {
                throw ApiException.badRequest(
                        "%s is given %d times, but takes one value".formatted(name, values.length));
            }
            for (String value : values) {
                requirePassable(name, value);
                if (value.isBlank()) {
                    throw ApiException.badRequest(name + " has no value. Give one, or leave it out");
                }
            }
        });
    }

    private static void requirePassable(String name, String text) {
        problem(name, text).ifPresent(problem -> {
            throw ApiException.badRequest(name + ": " + problem);
        });
    }

    private static Optional<String> problem(@Nullable String name, String text) {
        if (!PassableText.is(text)) {
            return Optional.of(PassableText.PROBLEM);
        }
        Integer longest = name == null ? null : LONGEST.get(name);
        return longest == null || text.length() <= longest
                ? Optional.empty()
                : Optional.of(TOO_LONG + "%,d characters. Give at most %,d".formatted(text.length(), longest));
    }

    /** Whether the words say what is wrong with a text, and nothing of our classes. */
    static boolean areOurs(String words) {
        return words.equals(PassableText.PROBLEM) || words.startsWith(TOO_LONG);
    }

    /** The same for every text in a body. */
    static final class Deserializer extends StdScalarDeserializer<String> {

        Deserializer() {
            super(String.class);
        }

        @Override
        public String deserialize(JsonParser parser, DeserializationContext context) {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return (String) context.handleUnexpectedToken(String.class, parser);
            }
            String text = StringDeserializer.instance.deserialize(parser, context);
            Optional<String> problem = problem(parser.currentName(), text);
            return problem.isEmpty() ? text : context.reportInputMismatch(this, problem.get());
        }
    }
}
