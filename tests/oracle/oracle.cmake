# The example graphs on their samples, against scripts that know the answer.
foreach(name quickstart weblog sensors)
	add_test(NAME oracle_${name} COMMAND sh tests/oracle/check.sh $<TARGET_FILE:thalweg> ${name}
		WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set_tests_properties(oracle_${name} PROPERTIES TIMEOUT 300)
endforeach()
