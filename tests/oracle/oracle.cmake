# The example graphs on their samples, and one on many lines, against scripts that know the answer.
foreach(name quickstart weblog sensors ticks talkers sessions)
	add_test(NAME oracle_${name} COMMAND sh tests/oracle/check.sh $<TARGET_FILE:thalweg> ${name}
		WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set_tests_properties(oracle_${name} PROPERTIES TIMEOUT 300)
endforeach()
add_test(NAME oracle_quickstart_100000 COMMAND sh tests/oracle/check.sh $<TARGET_FILE:thalweg> quickstart 100000
	WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(oracle_quickstart_100000 PROPERTIES TIMEOUT 300)
