package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.BlobStore;
import dev.trainyard.db.BuiltNames;
import dev.trainyard.db.Database;
import dev.trainyard.db.DraftStore;
import dev.trainyard.db.History;
import dev.trainyard.db.JobStore;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.LostHosts;
import dev.trainyard.db.Submissions;
import dev.trainyard.submitter.publish.PublishedRequests;
import dev.trainyard.submitter.publish.RequestPublisher;
import java.net.InetAddress;
import java.util.Objects;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/** The controllers, their shared parts, and the forms of JSON and ids. */
@Configuration(proxyBeanMethods = false)
@Import({
    JobsController.class,
    RequestController.class,
    DraftsController.class,
    TrainingsController.class,
    CommandsController.class,
    LogController.class,
    SourcesController.class,
    HostsController.class,
    SqlController.class,
    InfoController.class,
    ProblemAdvice.class
})
public class RestConfiguration implements WebMvcConfigurer {

    private static final long MAX_BODY_CHARACTERS = 1 << 20;

    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, JobId.class, JobId::parse);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new RequestTexts());
    }

    @Bean
    JsonMapper jsonMapper() {
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxDocumentLength(MAX_BODY_CHARACTERS)
                .build();
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(constraints)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .addModule(new SimpleModule("texts").addDeserializer(String.class, new RequestTexts.Deserializer()))
                .addModule(new SimpleModule("ids")
                        .addSerializer(JobId.class, ToStringSerializer.instance)
                        .addSerializer(AttemptId.class, ToStringSerializer.instance)
                        .addSerializer(WorkerId.class, ToStringSerializer.instance))
                .build();
    }

    @Bean
    SameOrigin sameOrigin(ServerProperties server) {
        return new SameOrigin(Objects.requireNonNullElse(server.getAddress(), InetAddress.getLoopbackAddress()));
    }

    @Bean
    EmptyBody emptyBody() {
        return new EmptyBody();
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsOfTomcat() {
        return factory -> factory.addContextCustomizers(
                context -> ((StandardHost) context.getParent()).setErrorReportValveClass(ProblemValve.class.getName()));
    }

    @Bean
    History history(Database database) {
        return new History(database);
    }

    @Bean
    JobStore jobStore(Database database) {
        return new JobStore(database);
    }

    @Bean
    LostHosts lostHosts(Database database) {
        return new LostHosts(database);
    }

    @Bean
    BuiltNames builtNames(Database database) {
        return new BuiltNames(database);
    }

    @Bean
    BlobStore blobStore(Database database) {
        return new BlobStore(database);
    }

    @Bean
    DraftStore draftStore(Database database) {
        return new DraftStore(database);
    }

    @Bean
    RequestSubmission submission(
            RequestPublisher publisher,
            PublishedRequests published,
            History history,
            BlobStore blobs,
            DraftStore drafts,
            InPlaceFolders inPlace,
            Database database) {
        return new RequestSubmission(publisher, published, history, blobs, drafts, inPlace, new Submissions(database));
    }

    @Bean
    PublishedRequests publishedRequests() {
        return new PublishedRequests();
    }

    @Bean
    KnownJobs knownJobs(History history, PublishedRequests published) {
        return new KnownJobs(history, published);
    }

    @Bean
    LogStore logStore(Database database) {
        return new LogStore(database);
    }

    @Bean
    LogStreams logStreams(KnownJobs jobs, History history, LogStore logs) {
        return new LogStreams(jobs, history, logs);
    }
}
